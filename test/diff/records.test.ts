import { describe, expect, it } from 'vitest';
import { compareRecords } from '../../src/diff/records.js';
import type { SectionRecords } from '../../src/diff/side.js';

const records = (list: SectionRecords['records'], more: Partial<SectionRecords> = {}): SectionRecords => ({
  section: 's',
  full: true,
  records: list,
  more: 0,
  data: [],
  ...more,
});

describe('compareRecords', () => {
  it('tells fields by record and name', () => {
    const a = records([{ name: 'STATE', fields: { run: 'running', nested: { list: [1, 2] } } }]);
    const b = records([{ name: 'STATE', fields: { run: 'paused', nested: { list: [1, 3] }, more: true } }]);
    expect(compareRecords(a, b)).toEqual([
      { path: 'STATE/run', type: 'record', a: 'running', b: 'paused' },
      { path: 'STATE/nested/list[1]', type: 'record', a: 2, b: 3 },
      { path: 'STATE/more', type: 'record', b: true },
    ]);
  });

  it('numbers records of one name, and leaves out where they lie', () => {
    const of = (last: number) =>
      records([
        { name: 'KEYS', fields: { address: 0n, dataOffset: last } },
        { name: 'KEYS', fields: { address: BigInt(last), data: Uint8Array.of(1) } },
      ]);
    expect(compareRecords(of(1), of(2))).toEqual([{ path: 'KEYS[1]/address', type: 'record', a: 1n, b: 2n }]);
  });

  it('compares long data by its hash', () => {
    const data = (name: string, length: number, hash: bigint) => records([], { data: [{ name, length, hash }] });
    expect(compareRecords(data('D', 5, 1n), data('D', 5, 1n))).toEqual([]);
    expect(compareRecords(data('D', 5, 1n), data('D', 5, 2n))).toEqual([{ path: 'D', type: 'data' }]);
    expect(compareRecords(data('D', 5, 1n), data('E', 6, 1n))).toEqual([
      { path: 'D', type: 'data', sizes: [5, 0] },
      { path: 'E', type: 'data', sizes: [0, 6] },
    ]);
  });

  it('tells how many records there are beyond those that are kept', () => {
    expect(compareRecords(records([], { more: 3 }), records([], { more: 4 }))).toEqual([
      { path: '', type: 'record', sizes: [3, 4] },
    ]);
  });
});
