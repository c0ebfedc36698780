import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { onlyZerosLeft, resync } from '../../src/stream/resync.js';
import { join, noise } from '../build/bytes.js';
import { end, footer, RAM } from '../build/elements.js';
import { eos } from '../build/ram.js';

const known = (id: number): boolean => id === RAM.id;

describe.each([1, 7, 1 << 20])('with reads of %d', (chunk) => {
  const over = (bytes: Uint8Array): Cursor => new Cursor(new MemorySource(bytes, 'm', { chunk }));

  it('goes to the next footer of a known section that an element follows', async () => {
    const lost = join(
      noise(500),
      footer(99),
      end(RAM.id, eos()).subarray(5),
      noise(50, 9),
      footer(RAM.id),
      noise(3).fill(0xff),
      footer(RAM.id),
    );
    const cursor = over(join(lost, end(RAM.id, eos())));
    expect(await resync(cursor, known, known)).toBe(true);
    expect(cursor.offset).toBe(lost.length);
  });

  it('goes to the end where there is none', async () => {
    const cursor = over(join(noise(5000), footer(99)));
    expect(await resync(cursor, known, known)).toBe(false);
    expect(cursor.offset).toBe(5005);
  });

  it('stays in its range', async () => {
    const cursor = over(join(noise(100), footer(RAM.id), end(RAM.id, eos())));
    expect(await cursor.within(50, 'PACKAGED', () => resync(cursor, known, known))).toBe(false);
    expect(cursor.offset).toBe(50);
  });

  it('tells zeros up to the end', async () => {
    expect(await onlyZerosLeft(over(Buffer.alloc(3000)))).toBe(true);
    expect(await onlyZerosLeft(over(Buffer.alloc(0)))).toBe(true);
    expect(await onlyZerosLeft(over(join(Buffer.alloc(3000), noise(1).fill(1))))).toBe(false);
  });
});
