import { describe, expect, it } from 'vitest';
import { elementName, interpreted } from '../../src/report/interpreted.js';
import type { StateField, StateStruct } from '../../src/report/state-tree.js';
import { stateLines } from '../../src/report/state-text.js';
import { bits } from '../../src/vmstate/meaning.js';

const FLAGS = bits({ 0: 'LOW', 3: 'HIGH' });

const field = (more: Partial<StateField>): StateField => ({
  name: 'f',
  type: 'uint32',
  start: 0,
  size: 4,
  array: false,
  values: [0],
  ...more,
});
const struct = (...fields: readonly StateField[]): StateStruct => ({ vmsd: 'x', version: 1, fields, subsections: [] });
const about = (one: StateField, ...others: readonly StateField[]): ReturnType<typeof interpreted> =>
  interpreted(one, struct(one, ...others));
const text = (...fields: readonly StateField[]): string[] => [
  ...stateLines(struct(...fields), 0, '', { maxBytes: 8, offsets: false }),
];

describe('interpreted', () => {
  it('has nothing to say without an interpretation, or of a struct', () => {
    expect(about(field({}))).toBeUndefined();
    expect(
      about(field({ interpretation: { labels: { 0: 'first' } }, values: [struct()], array: true })),
    ).toBeUndefined();
  });

  it('names the flags of a number behind it', () => {
    const flags = field({ values: [9], interpretation: { meaning: FLAGS } });
    expect(about(flags)).toEqual({ names: ['LOW', 'HIGH'] });
    expect(text(flags)).toEqual(['f  0x9 LOW HIGH']);
    expect(about(field({ interpretation: { meaning: FLAGS } }))).toBeUndefined();
  });

  it('lists elements that have a name and are not zero, and those that stand for something', () => {
    const array = field({
      array: true,
      values: [0, 5, 1, 7],
      interpretation: { labels: { 0: 'none', 1: 'one' }, meanings: { 2: FLAGS } },
    });
    expect(about(array)).toEqual({
      elements: [
        { index: 1, name: 'one', value: 5, names: [] },
        { index: 2, value: 1, names: ['LOW'] },
      ],
    });
    expect(text(array)).toEqual(['f[4]  0x0 0x5 0x1 0x7', '  [1] one 0x5', '  [2]     0x1 LOW']);
    expect(elementName(array, 1)).toBe('one');
    expect(elementName(array, 3)).toBeUndefined();
  });

  it('takes names from another field', () => {
    const ids = field({ name: 'ids', array: true, values: [10n, 11n] });
    const values = field({
      array: true,
      values: [1n, 0n],
      interpretation: { labelsFrom: { field: 'ids', name: (id) => `reg${String(id)}` } },
    });
    expect(about(values, ids)).toEqual({ elements: [{ index: 0, name: 'reg10', value: 1n, names: [] }] });
    expect(about(values)).toBeUndefined();
  });

  it('says what bytes are: behind them, or on lines of their own', () => {
    const bytes = field({ values: [Uint8Array.of(1)], interpretation: { says: () => ['one'] } });
    expect(about(bytes)).toEqual({ says: ['one'] });
    expect(text(bytes)).toEqual(['f  01  (one)']);
    expect(text(field({ ...bytes, interpretation: { says: () => ['one', 'two'] } }))).toEqual([
      'f  01',
      '  one',
      '  two',
    ]);
  });
});
