import { describe, expect, it } from 'vitest';
import { compareRam, isSameBlock } from '../../src/diff/ram.js';
import type { RamSnapshot } from '../../src/diff/ram-index.js';
import { page, zero } from '../build/ram.js';
import { BLOCK, indexed, ONE, PAGE, pages, stream, TWO } from './ram-streams.js';

describe('compareRam', () => {
  const snapshot = (...records: readonly Buffer[]): Promise<RamSnapshot> => indexed(stream(pages(...records)));

  it('tells contents, zero pages, and pages that were never sent apart', async () => {
    const a = await snapshot(page(0, ONE, 'ram'), zero(PAGE), zero(2 * PAGE), page(3 * PAGE, ONE), page(5 * PAGE, ONE));
    const b = await snapshot(page(0, TWO, 'ram'), zero(PAGE), page(4 * PAGE, ONE), zero(5 * PAGE));
    const [block] = compareRam(a, b).blocks;
    expect(block).toEqual({
      name: 'ram',
      lengthA: BLOCK,
      lengthB: BLOCK,
      pagesCompared: 3,
      pagesDiffer: 2,
      ranges: [
        [0, PAGE],
        [5 * PAGE, PAGE],
      ],
      zeroAgainstNeverSent: { pages: 1, ranges: [[2 * PAGE, PAGE]] },
      neverSentA: { pages: 1, ranges: [[4 * PAGE, PAGE]] },
      neverSentB: { pages: 1, ranges: [[3 * PAGE, PAGE]] },
      unknown: { pages: 0, ranges: [] },
      notReached: 0,
    });
    expect(isSameBlock(block!)).toBe(false);
    expect(isSameBlock(compareRam(a, a).blocks[0]!)).toBe(true);
  });

  it('joins pages to ranges', async () => {
    const a = await snapshot(page(PAGE, ONE, 'ram'), page(2 * PAGE, ONE), page(6 * PAGE, ONE));
    const b = await snapshot(page(PAGE, TWO, 'ram'), page(2 * PAGE, TWO), page(6 * PAGE, TWO));
    expect(compareRam(a, b).blocks[0]!.ranges).toEqual([
      [PAGE, 2 * PAGE],
      [6 * PAGE, PAGE],
    ]);
  });

  it('names blocks that only one side has', async () => {
    const a = await snapshot(page(0, ONE, 'ram'));
    const none: RamSnapshot = { pageSize: 0, blocks: [], dropped: 0 };
    expect(compareRam(a, none).blocks).toMatchObject([{ name: 'ram', lengthA: BLOCK, pagesCompared: 0 }]);
    expect(compareRam(none, a).blocks).toMatchObject([{ name: 'ram', lengthB: BLOCK }]);
    expect(isSameBlock(compareRam(a, none).blocks[0]!)).toBe(false);
  });

  it('leaves out what a side may have behind its end', async () => {
    const a = await snapshot(page(0, ONE, 'ram'), zero(PAGE), page(2 * PAGE, ONE));
    const b = await snapshot(page(0, TWO, 'ram'), page(3 * PAGE, ONE));
    const [cut, whole] = [{ complete: false }, { complete: true }];
    const found = (endA: typeof cut, endB: typeof cut): number[] => {
      const block = compareRam(a, b, endA, endB).blocks[0]!;
      const { zeroAgainstNeverSent, neverSentA, neverSentB } = block;
      return [block.pagesDiffer, zeroAgainstNeverSent.pages, neverSentA.pages, neverSentB.pages, block.notReached];
    };
    expect([found(whole, whole), found(whole, cut), found(cut, whole), found(cut, cut)]).toEqual([
      [1, 1, 1, 1, 0],
      [1, 0, 1, 0, 2],
      [1, 1, 0, 1, 1],
      [1, 0, 0, 0, 3],
    ]);
  });

  it('compares no pages of different sizes', async () => {
    const a = await snapshot(page(0, ONE, 'ram'));
    const found = compareRam(a, { ...a, pageSize: 2 * PAGE });
    expect(found.note).toBe(`pages of ${PAGE} and ${2 * PAGE} bytes cannot be compared`);
    expect(found.blocks[0]!.pagesCompared).toBe(0);
  });
});
