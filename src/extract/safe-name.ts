/** Block names as file names that stay inside a directory: the names come from the stream, and a stream can say anything. */

/** Longer components do not exist on common file systems; leaves room for a suffix. */
const MAX_COMPONENT = 200;
/** C0 and C1 controls, and the marks that reorder text. */
const UNPRINTABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;
const WINDOWS = process.platform === 'win32';
const FOLDS_CASE = WINDOWS || process.platform === 'darwin';

/** A name as one line of text, with `_` for what would act on a terminal. */
export function printableName(name: string): string {
  return name.replace(UNPRINTABLE, '_');
}

/** A relative path without `..`, empty components and control characters. Different names may give the same path. */
export function safePath(name: string): string {
  const components = printableName(WINDOWS ? name.replace(/[\\:*?"<>|]/g, '_') : name)
    .split('/')
    .filter((component) => component !== '' && component !== '.')
    .map((component) => shorten(component === '..' ? '__' : component));
  return components.length === 0 ? 'unnamed' : components.join('/');
}

/** Components are bounded in bytes. */
function shorten(component: string): string {
  if (Buffer.byteLength(component) <= MAX_COMPONENT) return component;
  return Buffer.from(component)
    .subarray(0, MAX_COMPONENT)
    .toString('utf8')
    .replace(/\ufffd+$/, '');
}

/** Gives out paths, none of them twice and none of them a directory of another. */
export class SafeNames {
  private readonly files = new Set<string>();
  private readonly directories = new Set<string>();
  private readonly counters = new Map<string, number>();

  /** `reserved` are paths that are taken. */
  constructor(reserved: readonly string[] = []) {
    for (const path of reserved) this.take(path);
  }

  /** A path for a name; with `~1`, `~2`, … behind it when the obvious one is taken. The suffix is never cut. */
  assign(name: string, suffix = ''): string {
    const wanted = safePath(name);
    // A file cannot be the directory of another: the path is laid flat.
    const base = directoriesOf(key(wanted)).some((directory) => this.files.has(directory))
      ? shorten(wanted.replaceAll('/', '_'))
      : wanted;
    let path = base + suffix;
    const counter = key(path);
    let count = this.counters.get(counter) ?? 0;
    while (this.files.has(key(path)) || this.directories.has(key(path))) path = `${base}~${++count}${suffix}`;
    if (count > 0) this.counters.set(counter, count);
    this.take(path);
    return path;
  }

  private take(path: string): void {
    this.files.add(key(path));
    for (const directory of directoriesOf(key(path))) this.directories.add(directory);
  }
}

function key(path: string): string {
  return FOLDS_CASE ? path.toLowerCase() : path;
}

/** The directories that a path lies in, outermost first. */
function directoriesOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}
