import { describe, expect, it } from 'vitest';
import { compareValues } from '../../src/diff/values.js';
import { decodeState } from '../../src/vmstate/decode.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { u32 } from '../build/bytes.js';
import { type Device, raw, struct, uint32, uint32Array, uint8, vmdescText, vmsdPayload } from '../build/device.js';
import { device } from './layouts.js';

function side(fields: Device['fields'], more: Partial<Device> = {}) {
  const of = device('dev', fields, more);
  const payload = vmsdPayload(of);
  const { state } = decodeState(parseVmdesc(vmdescText([of])).devices[0]!, payload);
  return { payload, ...(state && { state }) };
}

describe('compareValues', () => {
  it('finds nothing where nothing differs', () => {
    expect(compareValues(side([uint32('a', 1)]), side([uint32('a', 1)]))).toEqual([]);
  });

  it('tells a field by its path', () => {
    const of = (value: number) =>
      side([uint32('a', 1), struct('s', { vmsdName: 's', version: 1, fields: [uint8('b', value)] })]);
    expect(compareValues(of(2), of(3))).toEqual([{ path: 's/b', type: 'uint8', a: 2, b: 3 }]);
  });

  it('goes into subsections that both have', () => {
    const of = (value: number) =>
      side([uint32('a', 1)], { subsections: [{ vmsdName: 'dev/sub', version: 1, fields: [uint8('b', value)] }] });
    expect(compareValues(of(2), of(3))).toEqual([{ path: 'dev/sub/b', type: 'uint8', a: 2, b: 3 }]);
  });

  it('tells elements of arrays one by one, and many as ranges', () => {
    const few = compareValues(side([uint32Array('l', 1, 2, 3)]), side([uint32Array('l', 1, 9, 3)]));
    expect(few).toEqual([{ path: 'l[1]', type: 'uint32', a: 2, b: 9 }]);
    const [zeros, ones] = [Array<number>(40).fill(0), Array<number>(40).fill(1)];
    expect(compareValues(side([uint32Array('l', ...zeros, 5)]), side([uint32Array('l', ...ones, 5)]))).toEqual([
      { path: 'l', type: 'uint32', ranges: [[0, 40]], differing: 40 },
    ]);
  });

  it('tells bytes by range', () => {
    const [a, b] = [Buffer.alloc(64), Buffer.alloc(64)];
    b[3] = 1;
    b[4] = 2;
    b[60] = 3;
    expect(compareValues(side([raw('blob', a)]), side([raw('blob', b)]))).toEqual([
      {
        path: 'blob',
        type: 'buffer',
        a: new Uint8Array(2),
        b: Uint8Array.of(1, 2),
        ranges: [
          [3, 2],
          [60, 1],
        ],
        differing: 3,
      },
    ]);
  });

  it('tells lengths that differ', () => {
    expect(compareValues(side([uint32Array('l', 1, 2)]), side([uint32Array('l', 1, 2, 3)]))).toEqual([
      { path: 'l', type: 'uint32', sizes: [2, 3] },
    ]);
    expect(compareValues(side([raw('x', u32(1), 'virtio')]), side([raw('x', Buffer.alloc(6), 'virtio')]))).toEqual([
      { path: 'x', type: 'virtio', sizes: [4, 6] },
    ]);
  });

  it('compares renamed fields, and leaves out those that one side lacks', () => {
    expect(compareValues(side([uint32('old', 1)]), side([uint32('new', 2), uint8('more', 1)]))).toEqual([
      { path: 'old', type: 'uint32', a: 1, b: 2 },
    ]);
  });

  it('compares what nothing describes as bytes', () => {
    expect(compareValues({ payload: Buffer.from('abcd') }, { payload: Buffer.from('abXd') })).toEqual([
      { path: '', type: 'buffer', a: Uint8Array.of(0x63), b: Uint8Array.of(0x58), ranges: [[2, 1]], differing: 1 },
    ]);
  });

  it('tells a bounded number of differences', () => {
    const many = (value: number) =>
      side(
        Array.from({ length: 40 }, (_, i) =>
          struct(`s${i}`, {
            vmsdName: 's',
            version: 1,
            fields: Array.from({ length: 400 }, (_, j) => uint8(`f${j}`, value)),
          }),
        ),
      );
    const { length } = compareValues(many(1), many(2));
    expect(length).toBeGreaterThanOrEqual(10_000);
    expect(length).toBeLessThan(11_000);
  });
});
