import { describe, expect, it } from 'vitest';
import { isOpaque, isUnused, layoutOfVmdesc, structSize, wireSize } from '../../src/diff/layout.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { raw, struct, uint32, uint32Array, uint8, vmdescText } from '../build/device.js';
import { device, dumped, field, maybe, vmsd, written } from './layouts.js';

const element = (more: readonly ReturnType<typeof uint8>[], index?: number) =>
  struct('e', { vmsdName: 'e', version: 1, fields: [uint32('a', 1), ...more] }, index === undefined ? {} : { index });

describe('the layout of a stream', () => {
  const of = device('dev', [
    uint32Array('l', 1, 2, 3),
    element([], 0),
    element([uint8('b', 1)]),
    raw('x', Buffer.alloc(9), 'virtio'),
  ]);

  it('is the same by its vmdesc and by its state', () => {
    const shape = (payloads: boolean) =>
      written([of], payloads).sections[0]!.struct!.fields.map(({ name, type, size, count, total, structs }) => ({
        name,
        type,
        size,
        count,
        total,
        structs: structs?.length,
      }));
    expect(shape(true)).toEqual(shape(false));
    expect(shape(false)).toMatchObject([
      { name: 'l', size: 4, count: 3 },
      { name: 'e', size: 4, count: 2, total: 9, structs: 2 },
      { name: 'x', size: 9, count: 1 },
    ]);
  });

  it('knows sizes on the wire', () => {
    const [l, e, x] = written([of]).sections[0]!.struct!.fields;
    expect([l, e, x].map((one) => wireSize(one!, 'written'))).toEqual([12, 9, 9]);
    expect([l, e, x].map((one) => isOpaque(one!))).toEqual([false, false, true]);
  });

  it('takes a struct without fields for bytes', () => {
    const text = vmdescText([device('css', [{ ...struct('p', { vmsdName: 'p', version: 1, fields: [] }), size: 1 }])]);
    expect(layoutOfVmdesc(parseVmdesc(text)).sections[0]!.struct!.fields[0]).not.toHaveProperty('structs');
  });
});

describe('the layout of a dump', () => {
  const layout = dumped({
    dev: vmsd('dev', [
      field('a', 4),
      field('l', 2, { num: 3 }),
      field('p', 0),
      field('s', 99, { Description: vmsd('s', [field('x', 4), field('y', 1)]) }),
      maybe('m', 4),
      field('unused', 3),
    ]),
  });
  const { fields } = layout.sections[0]!.struct!;

  it('knows sizes on the wire where it can', () => {
    expect(fields.map((one) => wireSize(one, 'declared'))).toEqual([4, 6, undefined, 5, 4, 3]);
    expect(structSize(fields[3]!.structs![0]!, 'declared')).toBe(5);
    expect(structSize(layout.sections[0]!.struct!, 'declared')).toBeUndefined();
  });

  it('knows what is not used, and whether lengths are said', () => {
    expect(fields.map(isUnused)).toEqual([false, false, false, false, false, true]);
    expect([layout.counts, dumped({ dev: vmsd('dev', [field('a', 4)]) }).counts]).toEqual([true, false]);
  });
});
