import { mkdtempSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { BlockFiles } from '../../src/extract/block-files.js';
import { OutputDirectory } from '../../src/bytes/output-directory.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-blocks-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('makes a file for a block when it is first needed, and keeps what is in it when others come between', () => {
  const files = new BlockFiles(new OutputDirectory(folder), ({ name }) => `${name}.bin`);
  const block = (i: number) => ({ index: i, name: `block${i}`, usedLength: 1, declared: true });
  expect(files.path('block0')).toBeUndefined();
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 100; i++) writeSync(files.fd(block(i)), `${round}`, round);
  expect(files.path('block0')).toBe('block0.bin');
  files.close();
  const names = readdirSync(folder);
  expect(names).toHaveLength(100);
  for (const name of names) expect(readFileSync(join(folder, name), 'utf8')).toBe('01');
});
