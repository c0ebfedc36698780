import { describe, expect, it } from 'vitest';
import { fieldFault } from '../../src/rules/target-fields.js';
import type { DumpedField, DumpedVmsd } from '../../src/vmstate/dump.js';
import type { FieldDescription, VmsdDescription } from '../../src/vmstate/vmdesc.js';

const written = (...fields: readonly FieldDescription[]): VmsdDescription => ({
  vmsdName: 'dev',
  version: 2,
  fields,
  subsections: [],
});
const dumped = (...fields: readonly DumpedField[]): DumpedVmsd => ({
  name: 'dev',
  version: 2,
  minimum: 1,
  fields,
  subsections: [],
});
const u32 = (name: string, more: Partial<FieldDescription> = {}): FieldDescription => ({
  name,
  type: 'uint32',
  size: 4,
  ...more,
});
const field = (name: string, size = 4, more: Partial<DumpedField> = {}): DumpedField => ({
  name,
  size,
  version: 0,
  conditional: false,
  ...more,
});

describe('fields of a stream and of a dump', () => {
  it('fit where names and sizes are the same', () => {
    expect(fieldFault(written(u32('a'), u32('b')), dumped(field('a'), field('b')), 2)).toBeUndefined();
  });

  it('differ in the size of a plain type, in memory what it is on the wire', () => {
    expect(fieldFault(written(u32('a')), dumped(field('a', 8)), 2)).toBe(
      'field a has 4 bytes, the destination reads 8',
    );
    const timer = u32('a', { type: 'timer', size: 8 });
    expect(fieldFault(written(timer), dumped(field('a', 48)), 2)).toBeUndefined();
  });

  it('differ in the size of a buffer, where the dump has one', () => {
    const buffer = (size: number): VmsdDescription => written(u32('a', { type: 'buffer', size }));
    expect(fieldFault(buffer(512), dumped(field('a', 1024)), 2)).toBe(
      'field a has 512 bytes, the destination reads 1024',
    );
    for (const ofOther of [0, 4, 64]) expect(fieldFault(buffer(512), dumped(field('a', ofOther)), 2)).toBeUndefined();
  });

  it('differ in the length of an array, described at once or by element', () => {
    const four = dumped(field('a', 4, { num: 4 }));
    const fault = 'field a has 3 elements, the destination reads 4';
    expect(fieldFault(written(u32('a', { arrayLength: 3 })), four, 2)).toBe(fault);
    expect(fieldFault(written(u32('a', { index: 0 }), u32('a', { index: 1, arrayLength: 2 })), four, 2)).toBe(fault);
    expect(fieldFault(written(u32('a', { arrayLength: 3 })), dumped(field('a')), 2)).toBeUndefined();
  });

  it('that one side alone has make a fault where nothing on the other can be them', () => {
    expect(fieldFault(written(u32('a'), u32('b'), u32('c')), dumped(field('a'), field('c')), 2)).toBe(
      'field b of 4 bytes, which the destination does not read',
    );
    expect(fieldFault(written(u32('a')), dumped(field('a'), field('b')), 2)).toBe(
      'the destination reads a field b, which the stream does not have',
    );
    expect(fieldFault(written(u32('a'), u32('old')), dumped(field('a'), field('new')), 2)).toBeUndefined();
  });

  it('may be left out by a later version, a function or a struct without fields', () => {
    const left = [
      field('b', 4, { version: 3 }),
      field('c', 4, { conditional: true }),
      field('d', 400, { description: dumped() }),
    ];
    expect(fieldFault(written(u32('a')), dumped(field('a'), ...left), 2)).toBeUndefined();
  });

  it('are compared within structs, for which there is no version on the wire', () => {
    const struct = u32('s', { type: 'struct', size: 8, struct: written(u32('x'), u32('y')) });
    const inner = (...fields: DumpedField[]) => dumped(field('s', 100, { description: dumped(...fields) }));
    expect(fieldFault(written(struct), inner(field('x'), field('y', 4, { version: 9 })), 2)).toBeUndefined();
    expect(fieldFault(written(struct), inner(field('x')), 2)).toBe(
      's: field y of 4 bytes, which the destination does not read',
    );
  });

  it('have variants of which a function takes one', () => {
    const variants = dumped(field('v', 2, { conditional: true }), field('v', 8));
    expect(fieldFault(written(u32('v')), variants, 2)).toBeUndefined();
  });

  it('are not compared where a list is too long to be a layout', () => {
    const many = Array.from({ length: 1100 }, (_, i) => i);
    expect(
      fieldFault(written(...many.map((i) => u32(`a${i}`))), dumped(...many.map((i) => field(`b${i}`)), field('z')), 2),
    ).toBeUndefined();
  });
});
