import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { FileHasher } from '../../src/extract/file-hasher.js';
import { noise } from '../build/bytes.js';
import { ROOT } from '../cli/run.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-hasher-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PIECE = noise(8 << 20);

/** The built module, beside which the thread's file stands. */
async function built(): Promise<FileHasher> {
  const url = pathToFileURL(join(ROOT, 'dist/extract/file-hasher.js')).href;
  const module = (await import(url)) as { FileHasher: new () => FileHasher };
  return new module.FileHasher();
}

describe.each([
  ['in a thread', built],
  ['without one', () => Promise.resolve(new FileHasher(false))],
])('%s', (_how, make) => {
  it.each([
    ['written in order', [0, 8, 16, 24, 32, 40]],
    ['with a hole', [0, 8, 16, 32, 40]],
    ['written again when some of it is hashed', [0, 8, 16, 24, 32, 40, 4, 48]],
    ['written out of order', [40, 8, 0]],
  ])('a file %s', async (name, places) => {
    const hasher = await make();
    const path = join(folder, name);
    const fd = openSync(path, 'w');
    const whole = Buffer.alloc((Math.max(...places) << 20) + PIECE.length);
    try {
      for (const place of places) {
        const at = place << 20;
        PIECE.copy(whole, at);
        writeSync(fd, PIECE, 0, PIECE.length, at);
        hasher.wrote(path, at, PIECE.length);
      }
      const sha256 = createHash('sha256').update(whole).digest('hex');
      expect(await hasher.finish(path)).toEqual({ size: whole.length, sha256 });
    } finally {
      closeSync(fd);
      await hasher.close();
    }
  });
});
