import { expect, it } from 'vitest';
import { PageBits } from '../../src/extract/page-bits.js';
import { PageMapBudget } from '../../src/model/page-map.js';

it('keeps a bit for every page, however far apart', () => {
  const bits = new PageBits(new PageMapBudget(), false);
  const pages = [0, 31, 32, 32767, 32768, 2 ** 40];
  for (const page of pages) bits.set(page);
  bits.clear(32);
  expect(pages.map((page) => bits.has(page))).toEqual([true, true, false, true, true, true]);
  expect(bits.has(1)).toBe(false);
});

it('answers what it was told to for pages that the budget has no room for', () => {
  const budget = new PageMapBudget();
  budget.left = 4096;
  const bits = new PageBits(budget, true);
  bits.set(0);
  expect(bits.has(32768)).toBe(false);
  bits.set(32768);
  expect([0, 1, 32768, 32769].map((page) => bits.has(page))).toEqual([true, false, true, true]);
});
