import { describe, expect, it } from 'vitest';
import { excerpts, pagesToShow } from '../../src/diff/excerpt.js';
import type { ChosenPages } from '../../src/diff/page-contents.js';
import type { RamComparison } from '../../src/diff/ram.js';

const PAGE = 64;
type Block = readonly [name: string, nameB: string | undefined, ranges: readonly (readonly [number, number])[]];

const comparison = (...blocks: readonly Block[]): RamComparison =>
  ({
    pageSize: PAGE,
    blocks: blocks.map(([name, nameB, ranges]) => ({ name, ...(nameB !== undefined && { nameB }), ranges })),
  }) as unknown as RamComparison;
const chosen = (pages: ReadonlyMap<string, ChosenPages>): unknown =>
  [...pages].map(([name, of]) => [name, [...of.keys()]]);
const page = (...changes: readonly (readonly [at: number, byte: number])[]): Buffer => {
  const bytes = Buffer.alloc(PAGE);
  for (const [at, byte] of changes) bytes[at] = byte;
  return bytes;
};

describe('pagesToShow', () => {
  it('has each page of the ranges, under the name that a side has for its block', () => {
    const show = pagesToShow(comparison(['pc.ram', 'ram0', [[0, 128], [640, 64]]], ['vga', undefined, [[64, 64]]])); // prettier-ignore
    expect(chosen(show('A'))).toEqual([['pc.ram', [0, 1, 10]], ['vga', [1]]]); // prettier-ignore
    expect(chosen(show('B'))).toEqual([['ram0', [0, 1, 10]], ['vga', [1]]]); // prettier-ignore
  });

  it('stops at a screenful, however many pages differ', () => {
    const [[, pages]] = chosen(pagesToShow(comparison(['m', undefined, [[0, 2 ** 50]]]))('A')) as [[string, number[]]];
    expect(pages).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });
});

describe('excerpts', () => {
  it('shows the sixteen bytes with the first that differs, and counts the others', () => {
    const a = new Map([['pc.ram', new Map([[3, page([21, 1], [50, 2])]])]]);
    const b = new Map([['ram0', new Map([[3, page([22, 1])]])]]);
    expect(excerpts(a, b, comparison(['pc.ram', 'ram0', [[192, 64]]]))).toEqual([
      {
        block: 'pc.ram',
        address: 3 * PAGE + 21,
        differing: 3,
        a: page([21, 1]).subarray(16, 32),
        b: page([22, 1]).subarray(16, 32),
      },
    ]);
  });

  it('has nothing of pages that are alike, or that one side does not have', () => {
    const a = new Map([['m', new Map<number, Buffer | undefined>([[0, page()], [1, page([0, 1])], [2, undefined]])]]); // prettier-ignore
    const b = new Map([['m', new Map<number, Buffer | undefined>([[0, page()], [2, page()]])]]); // prettier-ignore
    expect(excerpts(a, b, comparison(['m', undefined, [[0, 192]]]))).toEqual([]);
  });
});
