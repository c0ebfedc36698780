/** Decides which differences are told, and counts those that are not. */
import { globMatcher } from '../bytes/glob.js';
import type { IdentityDifference } from './identity.js';
import type { LayoutDifference } from './layout-difference.js';
import type { ValueDifference } from './values.js';
import { VOLATILE_PROFILES, type VolatileProfile, type VolatileRule } from './volatile.js';

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

  layout(differences: readonly LayoutDifference[]): LayoutDifference[] {
    return differences.filter((difference) => this.isWanted(['layout', ...pathNames(difference)]));
  }

  /** Of a buffer that is a clock in part, the other part is told. */
  values(differences: readonly ValueDifference[]): ValueDifference[] {
    return differences.flatMap((difference) => {
      const names = pathNames(difference);
      return this.isWanted(['values', ...names]) ? this.withoutVolatile(difference, names) : [];
    });
  }

  identity(differences: readonly IdentityDifference[]): IdentityDifference[] {
    return differences.filter(({ field, transport }) => {
      if (!this.isWanted(['identity', field])) return false;
      if (transport && !this.strict) this.leaveOut(field, 'how it was sent');
      return !transport || this.strict;
    });
  }

  /** True for a RAM block that is told when it differs. */
  block(name: string): boolean {
    return this.isWanted(['ram', `ram/${name}`]);
  }

  ignored(): Ignored[] {
    return [...this.counts].map(([rule, { why, count }]) => ({ rule, why, count }));
  }

  private isWanted(names: readonly string[]): boolean {
    if (this.only && !names.some(this.only)) {
      this.leaveOut('--only', 'not asked for');
      return false;
    }
    const ignored = this.ignores.find(({ matches }) => names.some(matches));
    if (ignored) this.leaveOut(ignored.glob, '--ignore');
    return !ignored;
  }

  /** A field that is a clock, or the part of a buffer that is none. */
  private withoutVolatile(difference: ValueDifference, names: readonly string[]): ValueDifference[] {
    for (const { path, type, range, why, matches } of this.rules) {
      if ((type !== undefined && type !== difference.type) || !names.some(matches)) continue;
      if (!range) return this.leaveOut(type === undefined ? path : `${path} of type ${type}`, why);
      const { ranges } = difference;
      const left = ranges && without(ranges, range);
      if (!left || sum(left) === sum(ranges)) continue;
      this.leaveOut(path, why);
      if (left.length === 0) return [];
      // The values that it has were those of the first range.
      const { section, path: own, type: kind, sizes } = difference;
      return [{ section, path: own, type: kind, ranges: left, differing: sum(left), ...(sizes && { sizes }) }];
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

/** What globs are held against: the section with and without its instance, and the path behind it. */
function pathNames({ section, path }: { readonly section: string; readonly path: string }): string[] {
  const sections = [...new Set([section, section.replace(/#\d+$/, '')])];
  return [...sections, ...(path === '' ? [] : sections.map((name) => `${name}/${path}`))];
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
