/** Finds what QEMU printed by the format string that printed it. */

/** What a conversion of printf prints, by its last letter. */
const CONVERSIONS: Readonly<Record<string, string>> = {
  d: '-?\\d+',
  i: '-?\\d+',
  u: '\\d+',
  x: '(?:0x)?[0-9a-fA-F]+',
  X: '(?:0x)?[0-9a-fA-F]+',
  p: '(?:0x)?[0-9a-fA-F]+',
  c: '.',
  s: '.*?',
};

const CONVERSION = /%(?:[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?([diuxXpcs])|%)/g;

/** Texts that say next to nothing would match every line. */
const MIN_LITERAL = 8;

/** The pattern of a format string anywhere in a line; undefined where too little of it is literal. */
export function printfPattern(format: string): RegExp | undefined {
  const literal = format.replace(CONVERSION, '');
  if (literal.replace(/[^\p{L}\p{N}]/gu, '').length < MIN_LITERAL) return undefined;
  let source = '';
  let at = 0;
  for (const match of format.matchAll(CONVERSION)) {
    source += escaped(format.slice(at, match.index));
    source += match[1] === undefined ? '%' : CONVERSIONS[match[1]]!;
    at = match.index + match[0].length;
  }
  return new RegExp(source + escaped(format.slice(at)));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** How much of a format string is literal: of several that match a line, the one with more says more. */
export function literalLength(format: string): number {
  return format.replace(CONVERSION, '').length;
}
