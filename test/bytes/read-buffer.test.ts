import { expect, it } from 'vitest';
import { readBuffer } from '../../src/bytes/read-buffer.js';

it('gives a buffer of its own that does not begin where the allocation does', () => {
  const buffer = readBuffer(1 << 20);
  expect(buffer).toHaveLength(1 << 20);
  expect(buffer.byteOffset).toBeGreaterThanOrEqual(64);
  expect(buffer.buffer.byteLength).toBe(buffer.byteOffset + buffer.length);
});
