import { expect, it } from 'vitest';
import { PageBits } from '../../src/model/page-bits.js';
import { PageMapBudget } from '../../src/model/page-map.js';
import { randomNumbers } from '../build/bytes.js';

it('keeps a bit for every page, however far apart', () => {
  const bits = new PageBits(new PageMapBudget(), false);
  const pages = [0, 31, 32, 32767, 32768, 2 ** 40];
  for (const page of pages) bits.set(page);
  bits.clear(32);
  expect(pages.map((page) => bits.has(page))).toEqual([true, true, false, true, true, true]);
  expect(bits.has(1)).toBe(false);
});

it('answers what it was told to for pages that the budget has no room for', () => {
  const budget = new PageMapBudget(4096);
  const bits = new PageBits(budget, true);
  bits.set(0);
  expect(bits.has(32768)).toBe(false);
  bits.set(32768);
  expect([0, 1, 32768, 32769].map((page) => bits.has(page))).toEqual([true, false, true, true]);
});

it('says when it adds a page whether it had it', () => {
  const budget = new PageMapBudget(4096);
  const bits = new PageBits(budget, true);
  expect(bits.isEmpty).toBe(true);
  expect([5, 6, 5].map((page) => bits.add(page))).toEqual([false, false, true]);
  expect(bits.isEmpty).toBe(false);
  // Only behind the first page that finds no room is anything said of those that it does not remember.
  expect([32768, 32769, 6].map((page) => bits.add(page))).toEqual([false, true, true]);
  expect(bits.has(7)).toBe(false);
});

it('is not empty where it may have forgotten pages', () => {
  const budget = new PageMapBudget(0);
  const [forgetful, honest] = [new PageBits(budget, false), new PageBits(budget, true)];
  for (const bits of [forgetful, honest]) bits.add(1);
  expect([forgetful.isEmpty, honest.isEmpty]).toEqual([true, false]);
});

it('gives the runs that are not set, and takes back those that are', () => {
  const next = randomNumbers(7);
  for (const count of [0, 1, 31, 32, 33, 1000, 32768, 70_000]) {
    const bits = new PageBits(new PageMapBudget(), false);
    const set = new Set<number>();
    for (let i = 0; i < count / 3; i++) {
      const first = next() % Math.max(1, count);
      for (let page = first; page < Math.min(count, first + (next() % 100)); page++) {
        bits.set(page);
        set.add(page);
      }
    }
    const runs: [number, number][] = [];
    for (let page = 0; page < count; page++) {
      if (set.has(page)) continue;
      const last = runs.at(-1);
      if (last?.[1] === page) last[1]++;
      else runs.push([page, page + 1]);
    }
    expect([...bits.unset(count)]).toEqual(runs);
    const taken = [...bits.take(10, count)].sort((a, b) => a - b);
    expect(taken).toEqual([...set].filter((page) => page >= 10).sort((a, b) => a - b));
    expect([...bits.take(10, Infinity)]).toEqual([]);
  }
});

it('says that whole chunks are not set without looking at each page', () => {
  const bits = new PageBits(new PageMapBudget(), false);
  bits.set(2 ** 40);
  expect([...bits.unset(2 ** 41)]).toEqual([
    [0, 2 ** 40],
    [2 ** 40 + 1, 2 ** 41],
  ]);
});
