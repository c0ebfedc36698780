/**
 * What the values of fields stand for that the vmdesc names: registers by their bits, elements of arrays by their names.
 *
 * A field keeps its value and its type; this is said beside it.
 */
import type { Meaning } from '../meaning.js';
import type { FieldValue } from '../values.js';

export interface Interpretation {
  /** Of the value, or of each element of an array. */
  readonly meaning?: Meaning;
  /** Names of the elements of an array, by position. Those without a name are counted only. */
  readonly labels?: Readonly<Record<number, string>>;
  /** Meanings of single elements, by position. */
  readonly meanings?: Readonly<Record<number, Meaning>>;
  /** The field of the same struct whose values name the elements, one by one. */
  readonly labelsFrom?: { readonly field: string; readonly name: (value: FieldValue) => string };
  /** What bytes, or the numbers of an array together, say in words. */
  readonly says?: (values: readonly FieldValue[]) => readonly string[];
}

/** A file of this folder: what it knows of the fields of a vmsd. */
export interface Interpreter {
  readonly vmsd: string | readonly string[];
  /** A field that the vmsd has to have: several architectures call theirs `cpu`. */
  readonly when?: string;
  readonly fields: Readonly<Record<string, Interpretation>>;
}

/** The interpretation of a number, or of each of an array. */
export const as = (meaning: Meaning): Interpretation => ({ meaning });

/** The interpretation of an array whose elements have names, from the first on. */
export function elements(labels: readonly string[], meaning?: Meaning): Interpretation {
  return { labels: { ...labels }, ...(meaning && { meaning }) };
}

/** The interpretation of a buffer. */
export function buffer(of: (bytes: Uint8Array) => readonly string[]): Interpretation {
  return { says: ([bytes]) => (bytes instanceof Uint8Array ? of(bytes) : []) };
}

/** Numbered lines of a controller, such as `IRQ0`: the meaning of the bits of a mask. */
export function lines(prefix: string, count: number): Readonly<Record<number, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [i, `${prefix}${i}`]));
}

/** Of an array of words that make up one long mask: the numbers of the bits that are set. */
export function setBits(width: number, prefix = ''): Interpretation {
  return {
    says: (values) => {
      const set: string[] = [];
      for (const [word, value] of values.entries()) {
        if (typeof value !== 'number') continue;
        for (let bit = 0; bit < width; bit++) if ((value >>> bit) & 1) set.push(`${prefix}${word * width + bit}`);
      }
      return set.length === 0 ? [] : [set.join(' ')];
    },
  };
}

/** A number of the seconds since 1970 as a date; nothing for what is no time of a guest. */
export function dateOf(seconds: number): string | undefined {
  const plausible = seconds > 0 && seconds < 0x2_0000_0000;
  return plausible ? new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z') : undefined;
}
