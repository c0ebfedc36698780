import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { openFile } from '../../src/bytes/file-source.js';
import { noise } from '../build/bytes.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BYTES = noise(200_000);
const file = joinPath(folder, 'bytes');
writeFileSync(file, BYTES);

async function readAll(source: ReturnType<typeof openFile>): Promise<Buffer> {
  const parts: Buffer[] = [];
  const into = Buffer.alloc(10_000);
  for (;;) {
    const got = await source.read(into);
    if (got === 0) break;
    parts.push(Buffer.from(into.subarray(0, got)));
  }
  source.close();
  return Buffer.concat(parts);
}

describe('a regular file', () => {
  it('is read whole', async () => {
    const source = openFile(file);
    expect(source.size).toBe(BYTES.length);
    expect(source.name).toBe(file);
    expect((await readAll(source)).equals(BYTES)).toBe(true);
  });

  it('begins where it is told to', async () => {
    const source = openFile(file, 'x', 1000);
    expect(source.size).toBe(BYTES.length - 1000);
    const part = Buffer.alloc(16);
    expect(source.readAt!(part, 5)).toBe(16);
    expect(part.equals(BYTES.subarray(1005, 1021))).toBe(true);
    expect((await readAll(source)).equals(BYTES.subarray(1000))).toBe(true);
  });

  it('can be sought in', () => {
    const source = openFile(file);
    source.seek!(150_000);
    const part = Buffer.alloc(4);
    expect(source.read(part)).toBe(4);
    expect(part.equals(BYTES.subarray(150_000, 150_004))).toBe(true);
    expect(source.readAt!(part, BYTES.length - 2)).toBe(2);
    expect(source.readAt!(part, BYTES.length + 2)).toBe(0);
    source.close();
  });

  it('that starts behind its end is empty', async () => {
    const source = openFile(file, 'x', BYTES.length + 5);
    expect(source.size).toBe(0);
    expect(await readAll(source)).toHaveLength(0);
  });
});

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  const fifo = joinPath(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const write = (): void => void spawn('sh', ['-c', `cat '${file}' > '${fifo}'`], { stdio: 'ignore' });

  it('is read once, forwards', async () => {
    write();
    const source = openFile(fifo);
    expect([source.size, source.seek, source.readAt]).toEqual([undefined, undefined, undefined]);
    expect((await readAll(source)).equals(BYTES)).toBe(true);
  });

  it('begins where it is told to', async () => {
    write();
    expect((await readAll(openFile(fifo, 'x', 70_001))).equals(BYTES.subarray(70_001))).toBe(true);
  });

  it('that ends before its start is empty', async () => {
    write();
    expect(await readAll(openFile(fifo, 'x', BYTES.length + 1))).toHaveLength(0);
  });

  it('feeds a cursor', async () => {
    write();
    const source = openFile(fifo);
    const cursor = new Cursor(source);
    await cursor.skip(199_990, 'most');
    await cursor.need(10, 'rest');
    expect(cursor.bytes(10).equals(BYTES.subarray(-10))).toBe(true);
    expect(await cursor.atEnd()).toBe(true);
    source.close();
  });
});

it('keeps the code of what the system refuses', () => {
  expect(() => openFile(joinPath(folder, 'none'))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  expect(() => openFile(folder)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
});
