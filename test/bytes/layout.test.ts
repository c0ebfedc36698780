import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { layout, readLayout } from '../../src/bytes/layout.js';
import { hexBytes, join, u16, u32, u64, u8 } from '../build/bytes.js';

const THING = layout('thing', [
  ['a', 'u8'],
  ['b', 'u16'],
  ['c', 'u32'],
  ['d', 'u64'],
  ['e', 'size64'],
]);
const BYTES = join(u8(1), u16(2), u32(0xffff_fffe), u64(2n ** 64n - 1n), u64(2n ** 53n - 1n));

describe('layout', () => {
  it('knows its size and reads its fields', () => {
    expect(THING.size).toBe(23);
    expect(THING.parse(BYTES, 0)).toEqual({
      a: 1,
      b: 2,
      c: 0xffff_fffe,
      d: 2n ** 64n - 1n,
      e: Number.MAX_SAFE_INTEGER,
    });
  });

  it('refuses sizes that no number holds, where they stand', () => {
    const bytes = join(BYTES.subarray(0, 15), u64(2n ** 53n));
    expect(() => THING.parse(bytes, 100)).toThrow(
      expect.objectContaining({
        rule: 'implausible-value',
        message: 'thing e is 0x20000000000000',
        at: { offset: 115, length: 8, path: 'thing e' },
      }),
    );
  });

  it('takes exactly its bytes', () => {
    expect(() => THING.parse(BYTES.subarray(1), 0)).toThrow(RangeError);
    expect(() => THING.parse(join(BYTES, u8(0)), 0)).toThrow(RangeError);
  });

  it('is read at the cursor, or truncated', async () => {
    const cursor = new Cursor(new MemorySource(join(BYTES, hexBytes('0102')), 'm', { chunk: 3 }));
    expect(await readLayout(cursor, THING)).toMatchObject({ a: 1 });
    await expect(readLayout(cursor, THING)).rejects.toThrow('the input ends inside thing');
    expect(cursor.offset).toBe(23);
  });
});
