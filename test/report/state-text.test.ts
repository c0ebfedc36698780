import { describe, expect, it } from 'vitest';
import type { StateField, StateStruct } from '../../src/report/state-tree.js';
import { stateLines } from '../../src/report/state-text.js';
import { ADDRESS, bits, enumeration } from '../../src/vmstate/meaning.js';

const OPTIONS = { maxBytes: 4, offsets: false };

function field(values: StateField['values'], more: Partial<StateField> = {}): StateField {
  return { name: 'f', type: 'uint32', start: 2, size: 4, array: values.length !== 1, values, ...more };
}

function struct(fields: readonly StateField[], more: Partial<StateStruct> = {}): StateStruct {
  return { vmsd: 'v', version: 1, fields, subsections: [], ...more };
}

function lines(fields: readonly StateField[], options = OPTIONS): string[] {
  return [...stateLines(struct(fields), 0x100, '', options)];
}

/** The value of a single line. */
const shown = (values: StateField['values'], more: Partial<StateField> = {}): string =>
  lines([field(values, more)])
    .join('\n')
    .replace(/^f(\[\d+\])?  /, '');

describe('a value', () => {
  it.each<[StateField['values'][number], Partial<StateField>, string]>([
    [7, {}, '7'],
    [-3, {}, '-3'],
    [16, {}, '0x10 (16)'],
    [-16, {}, '-0x10 (-16)'],
    [2n ** 64n - 1n, {}, '0xffffffffffffffff (18446744073709551615)'],
    [1.5, {}, '1.5'],
    [NaN, {}, 'NaN'],
    [true, {}, 'true'],
    [-1n, { type: 'timer' }, 'not armed'],
    [1000n, { type: 'timer' }, '1000 ns'],
    [Uint8Array.of(1, 2), {}, '01 02'],
    [Uint8Array.of(1, 2, 3, 4, 5), {}, '01 02 03 04 … (5 bytes)'],
    [new Uint8Array(0), {}, '(empty)'],
    ['a\x1b[2J', { type: 'capability' }, 'a\\x1b[2J'],
    [5, { meaning: bits({ 0: 'A', 2: 'C' }) }, '0x5 A C'],
    [0n, { meaning: bits({ 0: 'A' }) }, '0x0'],
    [2, { meaning: enumeration({ 2: 'two' }) }, '2 two'],
    [77, { meaning: enumeration({ 2: 'two' }) }, '0x4d'],
    [4096n, { meaning: ADDRESS }, '0x1000'],
  ])('%o %o reads %s', (value, more, text) => {
    expect(shown([value], more)).toBe(text);
  });
});

describe('an array', () => {
  it.each<[StateField['values'], string]>([
    [[], '(none)'],
    [[1, 32], '0x1 0x20'],
    [[0, 0, 0], '3 × 0x0'],
    [[5n, 5n], '2 × 0x5'],
    [[true, false], 'true false'],
    [[Uint8Array.of(1), Uint8Array.of(2)], '01, 02'],
    [Array.from({ length: 20 }, (_, i) => i), '0x0 0x1 0x2 0x3 0x4 0x5 0x6 0x7 0x8 0x9 0xa 0xb 0xc 0xd 0xe 0xf … (20)'],
  ])('%o reads %s', (values, text) => {
    expect(shown(values, { array: true })).toBe(text);
  });
});

describe('unused bytes', () => {
  const zeros = field(['zeros'], { name: 'gap', type: 'unused' });
  it('are shown where they are not zero, or where every byte is wanted', () => {
    expect(lines([field([1]), zeros])).toEqual(['f  1']);
    expect(lines([zeros], { maxBytes: 4, offsets: true })).toHaveLength(1);
    expect(lines([field([Uint8Array.of(1)], { name: 'gap', type: 'unused' })])).toEqual(['gap  01']);
  });
});

describe('stateLines', () => {
  const inner = struct([field([1], { name: 'x' })], { vmsd: 'in' });

  it('puts values into one column, and what is inside a struct further in', () => {
    expect(lines([field([1], { name: 'a' }), field([2], { name: 'long' }), field([inner], { name: 's' })])).toEqual([
      'a     1',
      'long  2',
      's     {in}',
      '  x  1',
    ]);
  });

  it('numbers the structs of an array, and keeps an element that is only bytes in its place', () => {
    expect(lines([field([inner, Uint8Array.of(9), inner])])).toEqual([
      'f[3]',
      '  [0] {in}',
      '    x  1',
      '  [1] 09',
      '  [2] {in}',
      '    x  1',
    ]);
  });

  it('shows where the bytes are, from the start of the channel', () => {
    expect(lines([field([1])], { ...OPTIONS, offsets: true })).toEqual(['0x00000102 +4  f  1']);
  });

  it('shows subsections behind the fields, and notes', () => {
    const tree = struct([field([1], { mismatch: 'why' })], {
      subsections: [struct([], { vmsd: 'v/sub', version: 3 })],
    });
    expect([...stateLines(tree, 0, '', OPTIONS)]).toEqual(['f  1  (why)', 'subsection v/sub (version 3)']);
  });

  it('lets no control character of a description through', () => {
    const evil = 'e\x1b\u009b\n';
    const hostile = struct([field([struct([], { vmsd: evil })], { name: evil, mismatch: evil })], {
      subsections: [struct([], { vmsd: evil })],
    });
    expect([...stateLines(hostile, 0, '', OPTIONS)].join('')).not.toMatch(/[\x1b\n\u009b]/);
  });

  it('copes with more fields than a call can have arguments', () => {
    const many = Array.from({ length: 300_000 }, () => field([1]));
    expect(lines(many).length).toBe(300_000);
  });
});
