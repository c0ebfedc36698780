import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PAGE_MAP_BYTES, PageMap, PageMapBudget } from '../../src/model/page-map.js';

const CHUNK = 1 << 15;

describe('PageMap', () => {
  it('remembers what a set remembers', () => {
    const page = fc.oneof(fc.nat(100), fc.nat(4 * CHUNK), fc.constantFrom(31, 32, CHUNK - 1, CHUNK, 2 ** 40));
    fc.assert(
      fc.property(fc.array(fc.tuple(page, fc.nat(100))), (runs) => {
        const map = new PageMap(new PageMapBudget());
        const set = new Set<number>();
        for (const [first, count] of runs) {
          const run = Array.from({ length: count }, (_, i) => first + i);
          expect(map.mark(first, count)).toBe(run.filter((page) => set.has(page)).length);
          run.forEach((page) => set.add(page));
        }
      }),
    );
  });

  it('takes memory only where pages are', () => {
    const budget = new PageMapBudget();
    const map = new PageMap(budget);
    map.mark(0, 1);
    map.mark(CHUNK - 1, 1);
    map.mark(2 ** 40, 1);
    expect(MAX_PAGE_MAP_BYTES - budget.left).toBe(2 * (CHUNK / 8));
  });

  it('stops remembering at the bound that all maps share, and keeps what it has', () => {
    const budget = new PageMapBudget(CHUNK / 8);
    const [first, second] = [new PageMap(budget), new PageMap(budget)];
    expect([first.mark(5, 1), second.mark(5, 1), second.mark(5, 1)]).toEqual([0, 0, 0]);
    expect([first.mark(CHUNK, 1), first.mark(CHUNK, 1), first.mark(5, 1)]).toEqual([0, 0, 1]);
    expect(budget).toEqual({ left: 0, exhausted: true });
  });

  it('needs no room for pages that have all been met', () => {
    const budget = new PageMapBudget(2 * (CHUNK / 8));
    const map = new PageMap(budget);
    for (let first = 0; first < 100 * CHUNK; first += CHUNK / 4) expect(map.mark(first, CHUNK / 4)).toBe(0);
    expect(map.mark(3 * CHUNK - 5, 10)).toBe(10);
    expect(budget).toEqual({ left: 2 * (CHUNK / 8), exhausted: false });
  });
});
