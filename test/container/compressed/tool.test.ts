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

  const HALF = 'process.stdout.write(b.subarray(0, 50));';
  const complaining = (words: string, code = 1): Tool =>
    program(
      `const b = require("fs").readFileSync(0); ${HALF} console.error(${JSON.stringify(words)}); process.exitCode = ${code}`,
    );

  it.each([
    ['\ncopy: (stdin): it is cut short;\n', 1, 'wrapper-cut', 'copy: the file ends too early, at 0xaae60 of the file'],
    ['more follows', 1, 'wrapper-trailing', 'copy: what follows the packed data is none'],
    ['more follows', 0, 'wrapper-trailing', 'copy: what follows the packed data is none'],
    ['bad\x1b data', 1, 'wrapper-damaged', 'copy: bad\\x1b data, before 0xaae60 of the file'],
    ['', 3, 'wrapper-damaged', 'copy: something is wrong, before 0xaae60 of the file'],
  ])('turns %j into a fault behind what came out', async (words, code, rule, message) => {
    const source = await startTool('copy', complaining(words, code), new MemorySource(BYTES));
    expectBytes(await readAll(source!), BYTES.subarray(0, 50));
    expect(source!.faults).toEqual([{ rule, message, offset: 50 }]);
  });

  it('says how far a program came that stopped reading', async () => {
    const stop = program('process.stdin.once("readable", () => { process.stdin.read(10); process.exit(2); })');
    const source = await startTool('copy', stop, new MemorySource(noise(8 << 20)));
    expect(await readAll(source!)).toHaveLength(0);
    expect(source!.faults).toMatchObject([{ rule: 'wrapper-damaged' }]);
  });

  it('does not let a program run far ahead, and ends it when nobody wants more', async () => {
    const endless = program(
      'process.on("SIGPIPE", () => process.exit()); const b = Buffer.alloc(65536, 1); const go = () => { while (process.stdout.write(b)); process.stdout.once("drain", go) }; go()',
    );
    const source = (await startTool('copy', endless, openFile(file)))!;
    for (let i = 0; i < 100; i++) await source.read(Buffer.alloc(65536));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(128 << 20);
    source.close();
    while ((await source.read(Buffer.alloc(1 << 20))) > 0);
  });
});
