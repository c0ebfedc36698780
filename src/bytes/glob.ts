/** Globs over names and paths: `*` stands for any characters, `?` for one. */

/** True for texts that one of the globs matches as a whole. */
export function globMatcher(globs: readonly string[]): (text: string) => boolean {
  const patterns = globs.map(toPattern);
  return (text) => patterns.some((pattern) => pattern.test(text));
}

function toPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
