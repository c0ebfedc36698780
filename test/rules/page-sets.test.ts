import { describe, expect, it } from 'vitest';
import { eachBlock, PageSets } from '../../src/rules/page-sets.js';
import type { RamBlock } from '../../src/stream/events.js';
import { PageBatch } from '../../src/stream/page-batch.js';

const block = (index: number, name: string): RamBlock => ({ index, name, usedLength: 0x1000, declared: true });

describe('PageSets', () => {
  it('keeps the pages of blocks apart, until it is cleared', () => {
    const sets = new PageSets(false);
    sets.of('a').set(3);
    expect([sets.of('a').has(3), sets.of('b').has(3)]).toEqual([true, false]);
    expect([...sets.entries()].map(([name]) => name)).toEqual(['a', 'b']);
    sets.clear();
    expect(sets.of('a').has(3)).toBe(false);
  });
});

describe('eachBlock', () => {
  it('gives the runs of one block', () => {
    const batch = new PageBatch([block(0, 'a'), block(1, 'b')]);
    batch.block.set([0, 0, 1, 0]);
    batch.length = 4;
    const runs: unknown[] = [];
    eachBlock(batch, ({ name }, from, to) => runs.push([name, from, to]));
    expect(runs).toEqual([
      ['a', 0, 2],
      ['b', 2, 3],
      ['a', 3, 4],
    ]);
  });
});
