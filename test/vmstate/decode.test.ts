import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeState, type FieldNode, type StructNode } from '../../src/vmstate/decode.js';
import { elementValue } from '../../src/vmstate/values.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { hexBytes, join, u8 } from '../build/bytes.js';
import {
  type Field,
  inlineStruct,
  int64,
  list,
  raw,
  struct,
  structArray,
  uint16,
  uint32,
  uint32Array,
  uint8,
  type Vmsd,
  vmdescText,
  vmsdPayload,
} from '../build/device.js';

const vmsd = (...fields: readonly Field[]): Vmsd => ({ vmsdName: 'thing', version: 1, fields });
const describeVmsd = (of: Vmsd): ReturnType<typeof parseVmdesc>['devices'][number] =>
  parseVmdesc(vmdescText([{ ...of, id: 1, idstr: 'thing' }])).devices[0]!;

/** Decodes what the description itself describes, or a payload that it does not. */
const run = (of: Vmsd, payload = vmsdPayload(of)): ReturnType<typeof decodeState> =>
  decodeState(describeVmsd(of), payload);

function whole(of: Vmsd): StructNode {
  const { state, mismatch } = run(of);
  expect(mismatch).toBeUndefined();
  return state!;
}

describe('decodeState', () => {
  it('cuts a payload into fields', () => {
    const of = vmsd(uint8('a', 1), uint32('b', 2), raw('c', hexBytes('010203')), int64('d', -1n));
    expect(whole(of).fields.map(({ name, start, size }) => [name, start, size])).toEqual([
      ['a', 0, 1],
      ['b', 1, 4],
      ['c', 5, 3],
      ['d', 8, 8],
    ]);
  });

  it('reads arrays as one run, with index, and as repeated names', () => {
    const state = whole(
      vmsd(
        uint32Array('run', 7, 8, 9),
        uint8('all', 1, { index: 0 }),
        uint8('all', 2, { index: 1 }),
        uint8('none', 3),
        uint8('none', 4),
      ),
    );
    const payload = vmsdPayload(vmsd(uint32Array('run', 7, 8, 9)));
    expect(state.fields[0]).toMatchObject({ count: 3, size: 4 });
    expect([0, 1, 2].map((i) => elementValue(state.fields[0]!, payload, i))).toEqual([7, 8, 9]);
    expect(state.fields.slice(1).map(({ name, index, start }) => [name, index, start])).toEqual([
      ['all', 0, 12],
      ['all', 1, 13],
      ['none', undefined, 14],
      ['none', undefined, 15],
    ]);
  });

  it('goes into structs, arrays of them, and their subsections', () => {
    const inner = (value: number): Vmsd => ({
      vmsdName: 'inner',
      version: 1,
      fields: [uint16('x', value)],
      subsections: [{ vmsdName: 'inner/more', version: 2, fields: [uint8('y', value)] }],
    });
    const state = whole(vmsd(struct('one', inner(1)), structArray('many', [inner(2), inner(3)])));
    expect(state.fields.map(({ structs }) => structs!.length)).toEqual([1, 2]);
    const last = state.fields[1]!.structs![1]!;
    expect(last.subsections[0]).toMatchObject({ vmsdName: 'inner/more', version: 2 });
    expect(last.end).toBe(vmsdPayload(vmsd(struct('one', inner(1)), structArray('many', [inner(2), inner(3)]))).length);
  });

  it('goes into lists, vstructs and tmp', () => {
    const entry = (value: number): Vmsd => ({ vmsdName: 'entry', version: 1, fields: [uint8('at', value)] });
    const state = whole(
      vmsd(
        list('queue', [entry(1), entry(2)]),
        list('empty', [], 'qlist'),
        inlineStruct('v', 'vstruct', entry(3)),
        inlineStruct('t', 'tmp', entry(4)),
      ),
    );
    expect(state.fields.map(({ structs }) => structs?.length)).toEqual([2, undefined, 1, 1]);
    expect(state.fields[0]!.structs!.map(({ start }) => start)).toEqual([1, 3]);
  });

  it('knows markers of null pointers', () => {
    const of = vmsd(
      { name: 'p', type: 'nullptr', bytes: Buffer.from('0') },
      { name: 'q', type: 'ptr-marker', bytes: Buffer.from('01'), arrayLength: 2 },
    );
    const state = whole(of);
    const payload = vmsdPayload(of);
    expect(elementValue(state.fields[0]!, payload, 0)).toBe('null');
    expect([0, 1].map((i) => elementValue(state.fields[1]!, payload, i))).toEqual(['null', 'valid']);
  });

  it('is not fooled by nothing', () => {
    const state = whole(vmsd(raw('empty', Buffer.alloc(0)), uint8('a', 1)));
    expect(state.fields.map(({ size }) => size)).toEqual([0, 1]);
  });

  it('keeps the bytes of a field whose contents do not fit', () => {
    const entry: Vmsd = { vmsdName: 'entry', version: 1, fields: [uint8('at', 1)] };
    const wrong: [Field, string][] = [
      [struct('s', entry, { bytes: hexBytes('0102') }), 'struct of 2 bytes is described with 1'],
      [{ ...list('l', [entry]), bytes: hexBytes('000100') }, 'list ends before element 0'],
      [{ ...list('l', [entry]), bytes: hexBytes('01010100') }, 'list does not end behind its last element'],
      [{ ...inlineStruct('v', 'vstruct', entry), bytes: hexBytes('010203') }, 'vstruct of 3 bytes is described with 1'],
    ];
    for (const [field, message] of wrong) {
      const state = whole(vmsd(field, uint8('next', 5)));
      const node: FieldNode = state.fields[0]!;
      expect(node.mismatch).toBe(message);
      expect(node.structs).toBeUndefined();
      expect(state.fields[1]).toMatchObject({ name: 'next', start: field.bytes.length });
    }
  });

  it('keeps the bytes of a section that the description does not account for', () => {
    const of = vmsd(uint32('a', 1), { ...uint8('b', 2) });
    expect(run(of, Buffer.alloc(4)).mismatch).toBe('field b runs past the end of the section');
    expect(run(of, Buffer.alloc(9)).mismatch).toBe('the description accounts for 5 of 9 bytes');
    const sub: Vmsd = { ...of, subsections: [{ vmsdName: 'thing/sub', version: 1, fields: [] }] };
    expect(run(sub, join(vmsdPayload(of), Buffer.alloc(15))).mismatch).toBe(
      'subsection thing/sub is not where the description has it',
    );
    expect(run(sub, vmsdPayload(of)).mismatch).toBe('subsection thing/sub runs past the end of the section');
  });

  it.each([
    ['a negative size', { size: -1 }],
    ['a broken size', { size: 0.5 }],
    ['a broken count', { arrayLength: 1.5, size: 2 }],
    ['a count without end', { arrayLength: 1e15, size: 1 }],
    ['many small elements', { arrayLength: 1e9, size: 1e-9 }],
  ])('refuses %s', (_what, more) => {
    expect(run(vmsd(uint8('a', 1, more))).mismatch).toMatch(/^field a /);
  });

  it('refuses descriptions that blow up', () => {
    const fields = Array.from({ length: 2000 }, (_, i) => raw(`e${i}`, Buffer.alloc(0)));
    const element: Vmsd = { vmsdName: 'element', version: 1, fields: [uint8('x', 1), ...fields] };
    const many: Field = {
      name: 'many',
      type: 'struct',
      struct: element,
      arrayLength: 10_000,
      size: 1,
      bytes: Buffer.alloc(10_000),
    };
    expect(run(vmsd(many)).mismatch).toContain('more than');
  });

  it('comes back as it was described', () => {
    const leaf = fc.oneof(
      fc.nat(255).map((value) => uint8('u8', value)),
      fc.nat(0xffff_ffff).map((value) => uint32('u32', value)),
      fc.array(fc.nat(99), { minLength: 2, maxLength: 5 }).map((values) => uint32Array('array', ...values)),
    );
    const inner = fc.array(leaf, { maxLength: 4 }).map((fields): Vmsd => ({ vmsdName: 'inner', version: 1, fields }));
    const field = fc.oneof(
      leaf,
      inner.map((of) => struct('struct', of)),
      fc.array(inner, { minLength: 1, maxLength: 3 }).map((of) => list('list', of)),
      inner.map((of) => inlineStruct('tmp', 'tmp', of)),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 6 }), fc.array(inner, { maxLength: 2 }), (fields, subsections) => {
        const state = whole({ vmsdName: 'thing', version: 1, fields, subsections });
        expect(state.fields.map(({ name }) => name)).toEqual(fields.map(({ name }) => name));
        expect(state.fields.every(({ mismatch }) => mismatch === undefined)).toBe(true);
        expect(state.subsections).toHaveLength(subsections.length);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('takes a 0x05 in a field for what it is', () => {
    expect(whole(vmsd(raw('data', join(u8(5), hexBytes('05 7468696e67')))))).toMatchObject({ end: 7, subsections: [] });
  });
});
