import { describe, expect, it } from 'vitest';
import { fieldOf, numberOf, numbersOf, structsOf, subsectionOf, valueOf } from '../../src/vmstate/access.js';
import type { StructNode } from '../../src/vmstate/decode.js';
import { hexBytes } from '../build/bytes.js';

const PAYLOAD = hexBytes('00000001 01 0000000000000002 0003 0004 5152');
const inner: StructNode = { vmsdName: 'inner', start: 0, end: 0, fields: [], subsections: [] };
const STRUCT: StructNode = {
  vmsdName: 'outer',
  start: 0,
  end: PAYLOAD.length,
  fields: [
    { name: 'a', type: 'uint32', start: 0, size: 4, count: 1 },
    { name: 'b', type: 'bool', start: 4, size: 1, count: 1 },
    { name: 'c', type: 'uint64', start: 5, size: 8, count: 1 },
    { name: 'd', type: 'uint16', start: 13, size: 2, count: 2 },
    { name: 'e', type: 'buffer', start: 17, size: 2, count: 1 },
    { name: 'f', type: 'struct', start: 0, size: 0, count: 1, structs: [inner] },
    { name: 'g', type: 'uint16', start: 13, size: 2, count: 0 },
  ],
  subsections: [{ ...inner, vmsdName: 'outer/sub' }],
};

describe('access to decoded state', () => {
  it('finds by name', () => {
    expect(fieldOf(STRUCT, 'b')?.start).toBe(4);
    expect(fieldOf(STRUCT, 'z')).toBeUndefined();
    expect(fieldOf(undefined, 'b')).toBeUndefined();
    expect(structsOf(STRUCT, 'f')).toEqual([inner]);
    expect(structsOf(STRUCT, 'a')).toEqual([]);
    expect(subsectionOf(STRUCT, 'outer/sub')?.vmsdName).toBe('outer/sub');
    expect(subsectionOf(undefined, 'outer/sub')).toBeUndefined();
  });

  it('reads values', () => {
    expect(valueOf(STRUCT, 'c', PAYLOAD)).toBe(2n);
    expect(valueOf(STRUCT, 'e', PAYLOAD)).toEqual(hexBytes('5152'));
    expect(['f', 'g', 'z'].map((name) => valueOf(STRUCT, name, PAYLOAD))).toEqual([undefined, undefined, undefined]);
  });

  it('reads numbers', () => {
    expect(['a', 'b', 'c', 'd', 'e', 'z'].map((name) => numberOf(STRUCT, name, PAYLOAD))).toEqual([
      1,
      1,
      2,
      3,
      undefined,
      undefined,
    ]);
    expect(numbersOf(STRUCT, 'd', PAYLOAD)).toEqual([3, 4]);
    expect(numbersOf(STRUCT, 'f', PAYLOAD)).toEqual([]);
  });
});
