/** JSON text of values that hold bigints and bytes: decimal strings, and hexadecimal strings. */

/** What JSON.stringify calls for every value. */
export function replacer(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return value;
}

/** One document, indented for people. */
export function jsonDocument(value: unknown): string {
  // A Buffer turns itself into an object before any replacer sees it.
  return safe(JSON.stringify(value, bufferSafe(replacer), 2));
}

/** One line. */
export function jsonLine(value: unknown): string {
  return safe(JSON.stringify(value, bufferSafe(replacer)));
}

/** Control characters that JSON need not escape, and a terminal would act on. They stand only in strings. */
function safe(json: string): string {
  return json.replace(/[\x7f-\x9f\p{Cf}\u2028\u2029]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

type Replacer = (this: unknown, key: string, value: unknown) => unknown;

function bufferSafe(next: (key: string, value: unknown) => unknown): Replacer {
  return function (this: unknown, key: string, value: unknown): unknown {
    const own = (this as Record<string, unknown>)[key];
    return next(key, own instanceof Uint8Array ? own : value);
  };
}
