/** Decides which differences are told, and counts those that are not. */
import { globMatcher } from '../bytes/glob.js';
import type { IdentityDifference } from './identity.js';
import type { LayoutDifference } from './layout-difference.js';
import type { ValueDifference } from './values.js';
import { VOLATILE_PROFILES, type VolatileProfile, type VolatileRule } from './volatile.js';

export type Difference =
  | ({ readonly what: 'layout' } & LayoutDifference)
  | ({ readonly what: 'values' } & ValueDifference)
  | ({ readonly what: 'identity' } & IdentityDifference)
  | { readonly what: 'ram'; readonly name: string };

/** Differences that were left out for one reason. */
export interface Ignored {
  /** The glob or rule. */
  readonly rule: string;
  readonly why: string;
  readonly count: number;
}

export interface FilterOptions {
  readonly ignore?: readonly string[];
  readonly only?: readonly string[];
  readonly strict?: boolean;
  readonly profiles?: readonly VolatileProfile[];
}

interface CompiledRule extends VolatileRule {
  readonly matches: (text: string) => boolean;
}

export class DifferenceFilter {
  private readonly counts = new Map<string, { why: string; count: number }>();
  private readonly rules: readonly CompiledRule[];
  private readonly ignores: readonly { readonly glob: string; readonly matches: (text: string) => boolean }[];
  private readonly only: ((text: string) => boolean) | undefined;
  private readonly strict: boolean;

  constructor({ ignore = [], only = [], strict = false, profiles = [] }: FilterOptions) {
    const all: readonly VolatileRule[] = [...new Set<VolatileProfile>(['clocks', ...profiles])].flatMap(
      (name): readonly VolatileRule[] => VOLATILE_PROFILES[name],
    );
    this.strict = strict;
    this.rules = strict ? [] : all.map((rule) => ({ ...rule, matches: globMatcher([rule.path]) }));
    this.ignores = ignore.map((glob) => ({ glob, matches: globMatcher([glob]) }));
    this.only = only.length > 0 ? globMatcher(only) : undefined;
  }

  /** Those that are told. Of a buffer that is a clock in part, the other part is. */
  keep<T extends Difference>(differences: readonly T[]): T[] {
    return differences.flatMap((difference) => {
      const names = namesOf(difference);
      if (this.only && !names.some(this.only)) return this.leaveOut('--only', 'not asked for');
      const ignored = this.ignores.find(({ matches }) => names.some(matches));
      if (ignored) return this.leaveOut(ignored.glob, '--ignore');
      if (difference.what === 'identity' && difference.transport && !this.strict)
        return this.leaveOut(difference.field, 'how it was sent');
      return difference.what === 'values' ? (this.withoutVolatile(difference, names) as readonly unknown[] as T[]) : [difference];
    });
  }

  ignored(): Ignored[] {
    return [...this.counts].map(([rule, { why, count }]) => ({ rule, why, count }));
  }

  /** A field that is a clock, or the part of a buffer that is none. */
  private withoutVolatile(difference: ValueDifference, names: readonly string[]): ValueDifference[] {
    for (const { path, type, range, why, matches } of this.rules) {
      if ((type !== undefined && type !== difference.type) || !names.some(matches)) continue;
      if (!range) return this.leaveOut(path, why);
      const { ranges } = difference;
      const left = ranges && without(ranges, range);
      if (!left || sum(left) === sum(ranges)) continue;
      this.leaveOut(path, why);
      if (left.length === 0) return [];
      // The values shown were those of the first range.
      const { a: _a, b: _b, ...rest } = difference;
      return [{ ...rest, ranges: left, differing: sum(left) }];
    }
    return [difference];
  }

  private leaveOut(rule: string, why: string): never[] {
    const entry = this.counts.get(rule);
    if (entry) entry.count++;
    else this.counts.set(rule, { why, count: 1 });
    return [];
  }
}

/** What globs are held against. */
function namesOf(difference: Difference): string[] {
  switch (difference.what) {
    case 'ram':
      return ['ram', `ram/${difference.name}`];
    case 'identity':
      return ['identity', difference.field];
    default: {
      const { what, section, path } = difference;
      const plain = section.replace(/#\d+$/, '');
      const full = [...new Set([section, plain])];
      return [what, ...full, ...(path === '' ? [] : full.map((name) => `${name}/${path}`))];
    }
  }
}

type Ranges = readonly (readonly [number, number])[];

/** Ranges of `[start, length]` less those of `[first, last]`. */
function without(ranges: Ranges, taken: Ranges): [number, number][] {
  let left: [number, number][] = ranges.map(([start, length]) => [start, start + length]);
  for (const [first, last] of taken) {
    left = left.flatMap(([start, end]): [number, number][] =>
      last < start || first >= end
        ? [[start, end]]
        : [
            ...(first > start ? ([[start, first]] as [number, number][]) : []),
            ...(last + 1 < end ? ([[last + 1, end]] as [number, number][]) : []),
          ],
    );
  }
  return left.map(([start, end]) => [start, end - start]);
}

function sum(ranges: Ranges): number {
  return ranges.reduce((total, [, length]) => total + length, 0);
}
