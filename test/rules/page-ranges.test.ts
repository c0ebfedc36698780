import { describe, expect, it } from 'vitest';
import { contains, merged, overlap, type PageRange } from '../../src/rules/page-ranges.js';

const RANGES: PageRange[] = [
  [10, 12],
  [0, 4],
  [3, 6],
];

describe('ranges of pages', () => {
  it('are put in order and taken together', () => {
    expect(merged(RANGES)).toEqual([
      [0, 6],
      [10, 12],
    ]);
  });

  it('tell whether they hold a page', () => {
    const held = Array.from({ length: 14 }, (_, page) => page).filter((page) => contains(merged(RANGES), page));
    expect(held).toEqual([0, 1, 2, 3, 4, 5, 10, 11]);
    expect(contains([], 0)).toBe(false);
  });

  it('give what they have in common with runs', () => {
    const runs: PageRange[] = [
      [4, 11],
      [11, 20],
    ];
    expect(overlap(RANGES, runs)).toEqual([4, 4]);
    expect(overlap(RANGES, [[6, 10]])).toEqual([-1, 0]);
  });
});
