import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GrowingFile } from '../../src/capture/growing-file.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'migscope-growing-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe('a file that grows', () => {
  it('gives what is there, waits for more, and ends when it is told', async () => {
    const path = join(FOLDER, 'main.bin');
    writeFileSync(path, 'first, and more than was told');
    const file = new GrowingFile(path, 'main.bin');
    const into = Buffer.alloc(100);
    const early = file.read(into);
    expect(early).toBeInstanceOf(Promise);
    file.grown(5);
    expect([await early, into.toString('utf8', 0, 5)]).toEqual([5, 'first']);
    const later = file.read(into);
    writeFileSync(path, 'first');
    appendFileSync(path, ' second');
    file.grown(12);
    expect([await later, into.toString('utf8', 0, 7)]).toEqual([7, ' second']);
    const last = file.read(into);
    file.end();
    expect(await last).toBe(0);
    expect(file.read(into)).toBe(0);
    file.close();
  });

  it('that was never written is empty, and need not be there', () => {
    const file = new GrowingFile(join(FOLDER, 'none'), 'none');
    file.end();
    expect(file.read(Buffer.alloc(1))).toBe(0);
    file.close();
  });
});
