/** The real streams in fixtures/, by name. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

const FOLDER = new URL('../fixtures/', import.meta.url);
const SUFFIX = /\.bin(\.br)?$/;

const cache = new Map<string, Buffer>();

/** The names of all fixtures, without their suffix. */
export function fixtureNames(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => SUFFIX.test(file))
    .map((file) => file.replace(SUFFIX, ''))
    .sort();
}

/** The bytes of a stream. Small ones are kept for the next caller. */
export function readFixture(name: string): Buffer {
  return cached(`${name}.bin`);
}

/** What analyze-migration.py prints for a fixture with `-d state` or `-d desc`; undefined where it could not read it. */
export function readAnalyze(name: string, what: 'state' | 'desc'): string | undefined {
  const file = what === 'state' ? `${name}.analyze.json` : `${name}.analyze-desc.json`;
  return existsSync(new URL(`${file}.br`, FOLDER)) ? cached(file).toString('utf8') : undefined;
}

/** The text of a file beside the fixtures. */
export const fixtureText = (file: string): string => cached(file).toString('utf8');

/** The path of a file beside the fixtures. */
export const fixturePath = (file: string): URL => new URL(file, FOLDER);

const CAPTURES = new URL('captures/', FOLDER);

/** The names of the captures of several channels: the folders in fixtures/captures/. */
export function captureNames(): string[] {
  return readdirSync(CAPTURES).sort();
}

let unpacked: string | undefined;

/** A directory with the files of a capture as a recorder left them. It is unpacked once, and removed when the tests end. */
export function unpackCapture(name: string): string {
  if (unpacked === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'migscope-captures-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    unpacked = folder;
  }
  const to = join(unpacked, name);
  if (existsSync(to)) return to;
  const from = new URL(`${name}/`, CAPTURES);
  mkdirSync(to);
  for (const file of readdirSync(from)) {
    writeFileSync(join(to, file.replace(/\.br$/, '')), brotliDecompressSync(readFileSync(new URL(file, from))));
  }
  return to;
}

const MAX_CACHED = 1 << 22;

function cached(file: string): Buffer {
  const known = cache.get(file);
  if (known) return known;
  const plain = new URL(file, FOLDER);
  const bytes = existsSync(plain)
    ? readFileSync(plain)
    : brotliDecompressSync(readFileSync(new URL(`${file}.br`, FOLDER)));
  if (bytes.length <= MAX_CACHED) cache.set(file, bytes);
  return bytes;
}
