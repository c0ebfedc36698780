/**
 * What numbers mean: their bits by name, and values that have names. The tables of registers and device fields are made of these.
 */

/** Says what a value means, or nothing where it has nothing to say. */
export type Meaning = (value: number | bigint) => string | undefined;

export type Names = Readonly<Record<number, string>>;

/** A bit that is shown by its name when it is set, or a group of bits: as a number, or by name where its values have names. */
export type BitPart =
  | readonly [bit: number, name: string]
  | readonly [low: number, width: number, name: string, values?: Names | ((value: number) => string | undefined)];

/**
 * The meaning of a number that is made of bits. Flags that are set are named; a group stands there as `name=value` when it is not zero,
 * or when its zero has a name; bits that no part covers are shown as what is left of the number.
 */
export function bits(...parts: readonly BitPart[]): Meaning {
  const covered = parts.reduce((all, part) => all | (partMask(part) << BigInt(part[0])), 0n);
  return (value) => {
    // Flags in signed fields are 32 bits wide.
    const whole = value < 0 ? BigInt.asUintN(32, BigInt(value)) : BigInt.asUintN(64, BigInt(value));
    const words = parts.map((part) => partText(part, Number((whole >> BigInt(part[0])) & partMask(part))));
    const rest = whole & ~covered;
    if (rest !== 0n) words.push(`0x${rest.toString(16)}`);
    return words.filter((word) => word !== '').join(' ') || undefined;
  };
}

function partMask(part: BitPart): bigint {
  return typeof part[1] === 'string' ? 1n : (1n << BigInt(part[1])) - 1n;
}

function partText(part: BitPart, value: number): string {
  if (typeof part[1] === 'string') return value === 0 ? '' : part[1];
  const [, , name, values] = part as Extract<BitPart, { length: 3 | 4 }>;
  const named = typeof values === 'function' ? values(value) : values?.[value];
  const label = name === '' ? '' : `${name}=`;
  if (named !== undefined) return `${label}${named}`;
  return value === 0 ? '' : `${label}${value > 9 ? `0x${value.toString(16)}` : value}`;
}

/** The meaning of a number whose values have names. */
export function oneOf(names: Names): Meaning {
  const byValue = new Map(Object.entries(names));
  return (value) => byValue.get(String(value));
}

/** One more thing to say of the same value. */
export function both(...meanings: readonly Meaning[]): Meaning {
  return (value) =>
    meanings
      .map((meaning) => meaning(value))
      .filter((text) => text !== undefined)
      .join(', ') || undefined;
}
