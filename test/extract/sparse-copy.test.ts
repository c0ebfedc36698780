import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { copySparse } from '../../src/extract/sparse-copy.js';
import { join, noise } from '../build/bytes.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-sparse-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('copies a range, and writes nothing where there are zeros', () => {
  const from = joinPath(folder, 'from');
  const to = joinPath(folder, 'to');
  const bytes = join(noise(5000), Buffer.alloc(3 << 20), noise(5000, 2));
  writeFileSync(from, bytes);
  const [source, target] = [openSync(from, 'r'), openSync(to, 'w+')];
  copySparse(source, 100, target, 8192, bytes.length);
  closeSync(source);
  closeSync(target);
  const copy = readFileSync(to);
  expect(copy.subarray(8192).equals(bytes.subarray(100))).toBe(true);
  expect(copy.subarray(0, 8192).every((byte) => byte === 0)).toBe(true);
  expect(statSync(to).blocks * 512).toBeLessThan(1 << 20);
});
