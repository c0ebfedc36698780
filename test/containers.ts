/** The wrapped streams in fixtures/containers/, and what comes out of sources. */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { expect } from 'vitest';
import type { ByteSource } from '../src/bytes/source.js';
import { fixturePath } from './fixtures.js';

/** A file of fixtures/containers/, out of its brotli where it has one. */
export function containerFixture(file: string): Buffer {
  const bytes = readFileSync(fixturePath(`containers/${file}`));
  return file.endsWith('.br') ? brotliDecompressSync(bytes) : bytes;
}

/** The stream that all of them hold, but for the real save image. */
export const plainStream = (): Buffer => containerFixture('stream.bin.br');

/** Reads a source to its end, `step` bytes at a time. */
export async function readAll(source: ByteSource, step = 1 << 16): Promise<Buffer> {
  const parts: Buffer[] = [];
  const buffer = Buffer.alloc(step);
  for (let got; (got = await source.read(buffer)) > 0;) parts.push(Buffer.from(buffer.subarray(0, got)));
  return Buffer.concat(parts);
}

/** Expects equal bytes; `toEqual` takes them one by one, which is a second for a small stream. */
export function expectBytes(found: Uint8Array, expected: Uint8Array): void {
  expect(found.length).toBe(expected.length);
  const at = found.findIndex((byte, index) => byte !== expected[index]);
  expect(at, 'the first byte that differs').toBe(-1);
}
