import { describe, expect, it } from 'vitest';
import { RamModel } from '../../src/model/ram-model.js';
import type { RamBlock } from '../../src/stream/events.js';
import { PAGE_NORMAL, PAGE_XBZRLE, PAGE_ZERO, PageBatch } from '../../src/stream/page-batch.js';

const block = (index: number, more: Partial<RamBlock> = {}): RamBlock => ({
  index,
  name: `b${index}`,
  usedLength: 0x10000,
  declared: true,
  ...more,
});

const BLOCKS = [block(0), block(1)];

function batch(pages: [block: number, page: number, kind?: number][], postcopy = false, blocks = BLOCKS): PageBatch {
  const made = new PageBatch(blocks);
  made.pageSize = 4096;
  made.postcopy = postcopy;
  made.length = pages.length;
  pages.forEach(([index, page, kind = PAGE_NORMAL], i) => {
    made.block[i] = index;
    made.address[i] = page * 4096;
    made.kind[i] = kind;
  });
  return made;
}

function model(...batches: PageBatch[]): RamModel {
  const made = new RamModel();
  const lane = made.lane();
  lane.declared({ kind: 'ram-blocks', offset: 0, length: 0, total: 0, blocks: BLOCKS });
  for (const each of batches) lane.pages(each);
  return made;
}

describe('RamModel', () => {
  it('tells where XBZRLE changes a page that was not sent before', () => {
    const delta = batch([
      [0, 0, PAGE_XBZRLE],
      [0, 1, PAGE_XBZRLE],
    ]);
    delta.kinds = 1 << PAGE_XBZRLE;
    delta.offset.set([100, 200]);
    const [block] = model(batch([[0, 0]]), delta).summary().blocks;
    expect(block!.baseless).toEqual({ offset: 200, address: 4096 });
    expect(
      model(
        batch([
          [0, 0],
          [0, 1],
        ]),
        delta,
      ).summary().blocks[0]!.baseless,
    ).toBeUndefined();
  });

  it('counts by block and kind', () => {
    const { blocks } = model(
      batch([
        [0, 0],
        [0, 1, PAGE_ZERO],
        [1, 0, PAGE_XBZRLE],
        [1, 5, PAGE_ZERO],
      ]),
    ).summary();
    expect(blocks.map(({ pages }) => pages)).toEqual([
      { zero: 1, normal: 1, xbzrle: 0, compressed: 0, duplicate: 0 },
      { zero: 1, normal: 0, xbzrle: 1, compressed: 0, duplicate: 0 },
    ]);
  });

  it('counts pages that come again, in the same batch or later, by block', () => {
    const { blocks, exact } = model(
      batch([
        [0, 0],
        [0, 0],
        [1, 0],
      ]),
      batch([
        [0, 0],
        [1, 1],
      ]),
    ).summary();
    expect(blocks.map(({ pages }) => pages.duplicate)).toEqual([2, 0]);
    expect(exact).toBe(true);
  });

  it.each<[string, PageBatch[], number]>([
    ['no pages', [], 0],
    [
      'pages in order',
      [
        batch([
          [0, 0],
          [0, 7],
          [1, 0],
        ]),
        batch([[1, 3]]),
      ],
      1,
    ],
    [
      'an earlier page of the block',
      [
        batch([
          [0, 1],
          [0, 0],
        ]),
      ],
      2,
    ],
    [
      'the same page again',
      [
        batch([
          [0, 1],
          [0, 1],
        ]),
      ],
      2,
    ],
    ['an earlier block', [batch([[1, 0]]), batch([[0, 9]])], 2],
    [
      'pages after the switch to postcopy',
      [
        batch([[0, 5]]),
        batch(
          [
            [0, 1],
            [0, 0],
          ],
          true,
        ),
      ],
      1,
    ],
  ])('counts passes: %s', (_name, batches, passes) => {
    expect(model(...batches).summary().passes).toBe(passes);
  });

  it('counts pages after the switch to postcopy apart', () => {
    expect(
      model(
        batch([[0, 0]]),
        batch(
          [
            [0, 0],
            [0, 1],
          ],
          true,
        ),
      ).summary().postcopyPages,
    ).toBe(2);
  });

  it('takes the counts of a mapped-ram file from its bitmaps', () => {
    const made = new RamModel();
    const lane = made.lane();
    const mappedRam = {
      version: 1,
      pageSize: 4096,
      fileStart: 0,
      bitmapOffset: 0,
      bitmapSize: 2,
      pagesOffset: 0x100000,
      normalPages: 10,
      zeroPages: 6,
      strayBits: 0,
    };
    lane.declared({ kind: 'ram-blocks', offset: 0, length: 0, total: 0, blocks: [block(0, { mappedRam })] });
    const { blocks, passes } = made.summary();
    expect(passes).toBe(1);
    expect(blocks[0]).toMatchObject({ name: 'b0', mappedRam, pages: { normal: 10, zero: 6 } });
  });

  it('knows blocks that several lists declare, and blocks that only pages name', () => {
    const made = new RamModel();
    const lane = made.lane();
    for (const index of [0, 1])
      lane.declared({ kind: 'ram-blocks', offset: 0, length: 0, total: 0, blocks: [block(index)] });
    expect(made.summary().blocks.map(({ name }) => name)).toEqual(['b0', 'b1']);
    lane.pages(batch([[2, 0]], false, [...BLOCKS, block(2, { declared: false, usedLength: 0 })]));
    expect(made.summary().blocks[2]).toMatchObject({ name: 'b2', declared: false, pages: { normal: 1 } });
  });

  it('says when it could not remember every page', () => {
    const made = new RamModel();
    const lane = made.lane();
    const far = Array.from({ length: 4096 }, (_, i): [number, number] => [0, i * (1 << 15)]);
    for (let i = 0; i < 4; i++) lane.pages(batch(far.map(([b, page]) => [b, page + i * 4096 * (1 << 15)])));
    expect(made.summary().exact).toBe(false);
  });
});
