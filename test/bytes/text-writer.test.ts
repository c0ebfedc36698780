import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TextWriter } from '../../src/bytes/text-writer.js';

let folder: string;
let module: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-writer-'));
  module = join(folder, 'text-writer.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, '../../src/bytes/text-writer.ts')],
    outfile: module,
    format: 'esm',
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** A program that writes `lines` lines to a pipe that cannot block, and says on standard error how it ended. */
function program(lines: number): string[] {
  const code = `
    import { OutputClosed, TextWriter } from ${JSON.stringify(module)};
    process.stdout._handle?.setBlocking?.(false);
    const out = new TextWriter(1);
    try {
      for (let i = 0; i < ${lines}; i++) out.line('line ' + i);
      out.flush();
      process.stderr.write('done');
    } catch (error) {
      process.stderr.write(error instanceof OutputClosed ? 'closed' : String(error));
    }`;
  return ['--input-type=module', '-e', code];
}

describe('TextWriter', () => {
  it('writes everything, in pieces, as UTF-8', () => {
    const path = join(folder, 'out');
    const fd = openSync(path, 'w');
    const out = new TextWriter(fd);
    out.write('é');
    out.line('x'.repeat(70_000));
    const early = readFileSync(path).length;
    out.line();
    out.line('end');
    out.flush();
    out.flush();
    closeSync(fd);
    expect(early).toBe(70_003);
    expect(readFileSync(path, 'utf8')).toBe(`é${'x'.repeat(70_000)}\n\nend\n`);
  });

  it('waits for a reader that is slower than a full pipe', async () => {
    const child = spawn(process.execPath, program(100_000), { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 300));
    let text = '';
    child.stdout.on('data', (part: Buffer) => (text += part.toString()));
    let errors = '';
    child.stderr.on('data', (part: Buffer) => (errors += part.toString()));
    expect(await ended).toBe(0);
    expect(errors).toBe('done');
    expect(text.split('\n').length).toBe(100_001);
    expect(text.endsWith('line 99999\n')).toBe(true);
  });

  it('says so when the reader has gone', () => {
    const command = [process.execPath, ...program(1_000_000)]
      .map((part) => `'${part.replaceAll("'", `'\\''`)}'`)
      .join(' ');
    const result = spawnSync('bash', ['-c', `${command} | head -1`], { encoding: 'utf8' });
    expect([result.stdout, result.stderr]).toEqual(['line 0\n', 'closed']);
  });

  it('passes on every other failure', () => {
    const out = new TextWriter(openSync(module, 'r'));
    out.line('x');
    expect(() => out.flush()).toThrow(expect.objectContaining({ code: 'EBADF' }) as Error);
  });
});
