import { describe, expect, it } from 'vitest';
import { VOLATILE_PROFILE_NAMES, VOLATILE_PROFILES, type VolatileRule } from '../../src/diff/volatile.js';

const all: readonly VolatileRule[] = VOLATILE_PROFILE_NAMES.flatMap(
  (name): readonly VolatileRule[] => VOLATILE_PROFILES[name],
);

describe('the profiles', () => {
  it('name every rule once', () => {
    const keys = all.map(({ path, type }) => `${path} ${type}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(all)('$path has ranges in order, and never takes everything', ({ path, type, range = [] }) => {
    expect(path === '*' && type === undefined).toBe(false);
    expect(range.every(([first, last], i) => first <= last && (i === 0 || range[i - 1]![1] < first))).toBe(true);
  });
});
