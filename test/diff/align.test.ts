import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignFields } from '../../src/diff/align.js';
import type { LayoutField } from '../../src/diff/layout.js';

const CONTEXT = { kindA: 'written', kindB: 'written', counts: true, vmsd: 'v' } as const;
const field = (name: string, size = 4, type = 'uint32'): LayoutField => ({ name, size, count: 1, type });
const unused = (size: number): LayoutField => field('unused', size, 'unused_buffer');

const brief = (a: readonly LayoutField[], b: readonly LayoutField[]): string[] =>
  alignFields(a, b, CONTEXT).map((pair) => {
    const names = (side: LayoutField | readonly LayoutField[]): string =>
      [side]
        .flat()
        .map(({ name }) => name)
        .join('+');
    if (pair.kind === 'only-a') return `-${pair.a.name}`;
    if (pair.kind === 'only-b') return `+${pair.b.name}`;
    return `${pair.kind} ${names(pair.a)} ${names(pair.b)}`;
  });

describe('alignFields', () => {
  it('pairs by name around what is new', () => {
    expect(brief([field('a'), field('c')], [field('a'), field('b', 8), field('c')])).toEqual([
      'same a a',
      '+b',
      'same c c',
    ]);
  });

  it('pairs what is left by what it is on the wire', () => {
    expect(brief([field('a'), field('x'), field('c')], [field('a'), field('y'), field('c')])).toEqual([
      'same a a',
      'renamed x y',
      'same c c',
    ]);
    expect(brief([field('x')], [field('y', 8)])).toEqual(['-x', '+y']);
  });

  it('tells unused ranges apart by their size', () => {
    expect(brief([field('mode'), unused(512), unused(1)], [unused(4), unused(512), unused(1)])).toEqual([
      'unused mode unused',
      'same unused unused',
      'same unused unused',
    ]);
  });

  it('sees that bytes were cut in another way', () => {
    const inner = { vmsd: 's', version: 1, fields: [field('x'), field('y')], subsections: [] };
    const struct: LayoutField = { name: 's', type: 'struct', size: 8, count: 1, structs: [inner] };
    expect(brief([field('x'), field('y')], [struct])).toEqual(['regrouped x+y s']);
    expect(brief([unused(3), unused(5)], [unused(8)])).toEqual(['regrouped unused+unused unused']);
  });

  it('opens a struct that took fields over, where not all of them stayed what they were', () => {
    const inner = { vmsd: 's', version: 1, fields: [field('x', 2), field('y'), field('z')], subsections: [] };
    const struct: LayoutField = { name: 's', type: 'struct', size: 10, count: 1, structs: [inner] };
    expect(brief([field('x'), field('y'), field('w', 8)], [struct])).toEqual(['same x x', 'same y y', '-w', '+z']);
    expect(brief([struct], [field('y'), field('z', 8)])).toEqual(['-x', 'same y y', 'same z z']);
    expect(brief([field('p'), field('q', 8)], [struct])).toEqual(['-p', '-q', '+s']);
  });

  it('loses no field and invents none', () => {
    const fields = fc.array(
      fc
        .record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'unused'), size: fc.integer({ min: 1, max: 4 }) })
        .map(({ name, size }) => (name === 'unused' ? unused(size) : field(name, size))),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const pairs = alignFields(a, b, CONTEXT);
        expect(pairs.flatMap((pair) => (pair.kind === 'only-b' ? [] : [pair.a].flat()))).toEqual(a);
        expect(pairs.flatMap((pair) => (pair.kind === 'only-a' ? [] : [pair.b].flat()))).toEqual(b);
      }),
    );
  });

  it('takes one pass for more fields than any device has', () => {
    const many = Array.from({ length: 5000 }, (_, i) => field(`f${i}`));
    const pairs = alignFields([field('first', 8), ...many], many.slice(10), CONTEXT);
    expect(pairs.filter(({ kind }) => kind === 'same')).toHaveLength(4990);
    expect(pairs.filter(({ kind }) => kind === 'only-a')).toHaveLength(11);
  });
});
