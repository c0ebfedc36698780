import { expect, it } from 'vitest';
import {
  PAGE_COMPRESSED,
  PAGE_KINDS,
  PAGE_NORMAL,
  PAGE_XBZRLE,
  PAGE_ZERO,
  PageBatch,
} from '../../src/stream/page-batch.js';

it('has a name for every kind', () => {
  expect([PAGE_ZERO, PAGE_NORMAL, PAGE_XBZRLE, PAGE_COMPRESSED].map((kind) => PAGE_KINDS[kind])).toEqual([
    ...PAGE_KINDS,
  ]);
});

it('has columns of one length that hold what a stream can say', () => {
  const batch = new PageBatch([]);
  const { kind, block, address, offset, size, start, capacity } = batch;
  for (const column of [kind, block, address, offset, size, start]) expect(column).toHaveLength(capacity);
  address[0] = Number.MAX_SAFE_INTEGER;
  size[0] = 0xffff_ffff;
  block[0] = 0xffff;
  expect([address[0], size[0], block[0]]).toEqual([Number.MAX_SAFE_INTEGER, 0xffff_ffff, 0xffff]);
  expect(batch).toMatchObject({ length: 0, pageSize: 0, postcopy: false });
});
