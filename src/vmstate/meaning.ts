/**
 * What the numbers of a field stand for: flags by name, enumerations, addresses.
 *
 * Bit 0 is the lowest of the value, whatever the byte order of its bytes.
 */

export type Meaning =
  | { readonly kind: 'bits'; readonly fields: readonly BitField[] }
  | { readonly kind: 'enumeration'; readonly names: Names }
  /** Anything else that can be said of a value; undefined where there is nothing to say. */
  | { readonly kind: 'words'; readonly of: (value: number | bigint) => string | undefined }
  /** Shown in hexadecimal alone. */
  | { readonly kind: 'address' };

/** Names of values. */
export type Names = Readonly<Record<number, string>>;

/** One bit, or `width` bits from bit `at` on. */
export interface BitField {
  readonly at: number;
  readonly width: number;
  /** Empty where the names of the values say enough, and for bits that say nothing. */
  readonly name: string;
  /** What the values of the field stand for. */
  readonly values?: ValueNames;
}

/** Names of the values of a field of bits, from a table or made from the value. */
export type ValueNames = Names | ((value: number) => string | undefined);

export const ADDRESS: Meaning = { kind: 'address' };

/** What a function says of a value. */
export function words(of: (value: number | bigint) => string | undefined): Meaning {
  return { kind: 'words', of };
}

export function enumeration(names: Names): Meaning {
  return { kind: 'enumeration', names };
}

/** Flags by bit number, and fields of several bits. */
export function bits(flags: Names, ...fields: readonly BitField[]): Meaning {
  const single = Object.entries(flags).map(([at, name]) => ({ at: Number(at), width: 1, name }));
  return { kind: 'bits', fields: [...single, ...fields].sort((a, b) => a.at - b.at) };
}

/** A field of several bits for `bits`: from bit `low` to bit `high`. */
export function bitField(low: number, high: number, name: string, values?: ValueNames): BitField {
  return { at: low, width: high - low + 1, name, ...(values && { values }) };
}

/** The bits from `from` on as those of a word of their own; what lies below is left out. */
export function upperBits(of: Meaning, from: number): Meaning {
  if (of.kind !== 'bits') return of;
  return {
    kind: 'bits',
    fields: of.fields.filter(({ at }) => at >= from).map((field) => ({ ...field, at: field.at - from })),
  };
}

/**
 * The names that apply to a value: of flags those that are set and of wider bit fields those that are not zero or have a name for zero, and `bit N` for
 * set bits that no field names; of all else the one name, or none.
 */
export function namesOf(meaning: Meaning, value: number | bigint): readonly string[] {
  switch (meaning.kind) {
    case 'address':
      return [];
    case 'enumeration': {
      const name = nameIn(meaning.names, value);
      return name === undefined ? [] : [name];
    }
    case 'words': {
      const words = meaning.of(value);
      return words === undefined ? [] : [words];
    }
    case 'bits':
      // Flags in signed fields are 32 bits wide.
      return bitNames(meaning.fields, BigInt.asUintN(value < 0 && typeof value === 'number' ? 32 : 64, BigInt(value)));
  }
}

function bitNames(fields: readonly BitField[], value: bigint): string[] {
  const names: string[] = [];
  let rest = value;
  const unnamed = (below: number): void => {
    for (let at = 0; at < below && rest !== 0n; at++) {
      const bit = 1n << BigInt(at);
      if ((rest & bit) === 0n) continue;
      rest &= ~bit;
      names.push(`bit ${at}`);
    }
  };
  for (const { at, width, name, values } of fields) {
    if (at >= 64) break;
    const mask = (1n << BigInt(width)) - 1n;
    const part = (value >> BigInt(at)) & mask;
    const named = typeof values === 'function' ? values(Number(part)) : nameIn(values, part);
    if (part === 0n && named === undefined) continue;
    unnamed(at);
    rest &= ~(mask << BigInt(at));
    if (named === undefined && name === '') continue;
    if (width === 1 && named === undefined) names.push(name);
    else names.push(name === '' ? `${named ?? part}` : `${name}=${named ?? part}`);
  }
  unnamed(64);
  return names;
}

function nameIn(names: Names | undefined, value: number | bigint): string | undefined {
  const key = Number(value);
  return names && Object.hasOwn(names, key) ? names[key] : undefined;
}
