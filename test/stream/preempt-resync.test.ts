import { expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { findNamedPage } from '../../src/stream/preempt-resync.js';
import { join, noise } from '../build/bytes.js';
import { page, zero } from '../build/ram.js';

const BLOCKS = [
  { index: 0, name: 'pc.ram', usedLength: 0x10000, declared: true },
  { index: 1, name: 'seen', usedLength: 0, declared: false },
];
const PAGE = page(0x3000, noise(0x1000), 'pc.ram');

async function find(bytes: Buffer, chunk: number): Promise<number | undefined> {
  const cursor = new Cursor(new MemorySource(bytes, 'm', { chunk, seekable: false }));
  return (await findNamedPage(cursor, BLOCKS, 0x1000)) ? cursor.offset : undefined;
}

it.each([1, 7, 1 << 20])('stops at the next page that names a block (chunk: %d)', async (chunk) => {
  for (const before of [0, 1, 300, 5000]) {
    expect(await find(join(noise(before), PAGE), chunk)).toBe(before);
    expect(await find(join(noise(before), zero(0x3000, 'pc.ram')), chunk)).toBe(before);
  }
});

it.each([
  ['no block that is declared', page(0x3000, noise(0x1000), 'seen')],
  ['an address outside the block', zero(0x10000, 'pc.ram')],
  ['the block of the page before', zero(0x3000)],
  ['a name that is cut', PAGE.subarray(0, 12)],
])('passes over %s', async (_what, record) => {
  expect(await find(join(noise(40), record), 1 << 20)).toBeUndefined();
});
