import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/bytes/file-source.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { SourcePart } from '../../../src/bytes/source-part.js';
import { startTool, type Tool } from '../../../src/container/compressed/tool.js';
import { join, noise } from '../../build/bytes.js';
import { expectBytes, readAll } from '../../containers.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that every machine with these tests has. */
const program = (script: string): Tool => ({
  program: process.execPath,
  args: ['-e', script],
  recognises: () => true,
  cut: /cut short/,
  trailing: /more follows/,
});
const COPY = program('process.stdin.pipe(process.stdout)');
const BYTES = noise(700_000);
const file = joinPath(folder, 'packed');
writeFileSync(file, join(noise(5000, 2), BYTES));

describe('startTool', () => {
  it('feeds a program through a pipe', async () => {
    const source = await startTool('copy', COPY, new MemorySource(BYTES, 'm', { chunk: 1000 }));
    expectBytes(await readAll(source!), BYTES);
    expect(source!.faults).toEqual([]);
  });

  it('hands a file over, from where the packed part begins', async () => {
    const part = new SourcePart(openFile(file), 5000);
    const source = await startTool('copy', COPY, part);
    expectBytes(await readAll(source!), BYTES);
    source!.close();
  });

  it('answers nothing where there is no such program', async () => {
    const none = { ...COPY, program: joinPath(folder, 'none') };
    expect(await startTool('copy', none, new MemorySource(BYTES))).toBeUndefined();
  });
});
