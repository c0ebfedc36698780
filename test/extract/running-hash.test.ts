import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RunningHash } from '../../src/extract/running-hash.js';
import { noise } from '../build/bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-hash-'));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it('hashes a file that grows, and one that was written again', async () => {
  const path = join(folder, 'grows');
  const bytes = noise(3_000_000);
  writeFileSync(path, bytes.subarray(0, 2_000_000));
  const hash = new RunningHash(path);
  hash.upTo(1_500_000);
  appendFileSync(path, bytes.subarray(2_000_000));
  expect(await hash.finish()).toEqual({ size: bytes.length, sha256: sha256(bytes) });

  const again = new RunningHash(path);
  again.upTo(1_500_000);
  bytes[0]! ^= 1;
  writeFileSync(path, bytes);
  again.again();
  expect(await again.finish()).toEqual({ size: bytes.length, sha256: sha256(bytes) });
});

it('follows no link', async () => {
  writeFileSync(join(folder, 'target'), 'x');
  symlinkSync(join(folder, 'target'), join(folder, 'link'));
  await expect(new RunningHash(join(folder, 'link')).finish()).rejects.toThrow('ELOOP');
});
