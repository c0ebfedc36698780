/** Text from input, made safe to show: nothing that a terminal would act on gets through. */

/** Control characters (C0, DEL, C1), invisible format characters such as those that turn the direction of writing, line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Text with `\xNN` for every byte of a control character. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (character) => Array.from(Buffer.from(character), escapedByte).join(''));
}

export function escapedByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
