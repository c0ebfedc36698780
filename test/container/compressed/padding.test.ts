import { expect, it } from 'vitest';
import { Cursor } from '../../../src/bytes/cursor.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { onlyZerosFollow } from '../../../src/container/compressed/padding.js';

it.each([
  ['nothing', Buffer.alloc(0), true, 0],
  ['zeros', Buffer.alloc(3 << 20), true, 3 << 20],
  ['zeros and more', Buffer.concat([Buffer.alloc(2 << 20), Buffer.from([0, 7, 0])]), false, (2 << 20) + 1],
  ['no zero', Buffer.from([1, 0]), false, 0],
])('%s', async (_, bytes, only, offset) => {
  const cursor = new Cursor(new MemorySource(bytes, 'm', { chunk: 99_999 }));
  expect(await onlyZerosFollow(cursor)).toBe(only);
  expect(cursor.offset).toBe(offset);
});
