import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { BlockFiles } from '../../src/extract/block-files.js';
import { OutputDirectory } from '../../src/bytes/output-directory.js';
import { PageStore } from '../../src/extract/page-store.js';
import type { Finding } from '../../src/finding.js';
import { readStream } from '../../src/read.js';
import { PAGE, ram, ramSections, stream, workspace } from '../report/tiny-stream.js';

const space = workspace();
let runs = 0;

/** Stores the pages of a stream and returns the directory. */
async function store(bytes: Uint8Array, chunk = bytes.length): Promise<{ at: string; problems: readonly Finding[] }> {
  const at = join(space.path, String(runs++));
  mkdirSync(at);
  const files = new BlockFiles(new OutputDirectory(at), (block) => block.name);
  const pages = new PageStore(files);
  await readStream(new MemorySource(bytes, 'memory', { chunk }), [pages]);
  files.close();
  return { at, problems: pages.problems };
}

async function contents(blocks: Readonly<Record<string, number>>, ...records: Buffer[]): Promise<Buffer[]> {
  const { at } = await store(stream([ramSections(2, blocks, ...records)], []));
  return Object.keys(blocks).map((name) => readFileSync(join(at, name)));
}

const page = (...fills: number[]): Buffer => Buffer.concat(fills.map((fill) => Buffer.alloc(PAGE, fill)));

describe('pages', () => {
  it('go to their places, the last one wins', async () => {
    const [m, n] = await contents(
      { m: 4 * PAGE, n: PAGE },
      ram.page('m', PAGE, 1),
      ram.page('m', 2 * PAGE, 2),
      ram.page('n', 0, 3),
      ram.page('m', PAGE, 4),
    );
    expect(m).toEqual(page(0, 4, 2, 0));
    expect(n).toEqual(page(3));
  });

  it('that become zero lose what they held', async () => {
    const [m] = await contents({ m: 2 * PAGE }, ram.page('m', 0, 1), ram.page('m', PAGE, 2), ram.zero('m', 0));
    expect(m).toEqual(page(0, 2));
  });

  it('of zeros take no space', async () => {
    const zeros = Array.from({ length: 16 }, (_, i) => (i % 2 ? ram.zero('m', i * PAGE) : ram.page('m', i * PAGE, 0)));
    const { at } = await store(stream([ramSections(2, { m: 16 * PAGE }, ...zeros)], []));
    const { size, blocks } = statSync(join(at, 'm'));
    expect(size).toBe(16 * PAGE);
    expect(blocks).toBe(0);
  });

  it('outside their block are left out', async () => {
    const [m] = await contents({ m: PAGE }, ram.page('m', 0, 1), ram.page('m', PAGE, 2));
    expect(m).toEqual(page(1));
  });

  it('of a block that no list declares are written', async () => {
    const { at } = await store(stream([ramSections(2, { m: PAGE }, ram.page('late', PAGE, 5))], []));
    expect(readFileSync(join(at, 'late'))).toEqual(page(0, 5));
  });

  it('are the same however the input arrives', async () => {
    const records = Array.from({ length: 300 }, (_, i) => ram.page('m', ((i * 7) % 300) * PAGE, i & 0xff));
    const bytes = stream([ramSections(2, { m: 300 * PAGE }, ...records)], []);
    const whole = readFileSync(join((await store(bytes)).at, 'm'));
    expect(readFileSync(join((await store(bytes, 4097)).at, 'm')).equals(whole)).toBe(true);
  });
});

describe('encoded pages', () => {
  it('XBZRLE changes what is there, written or waiting', async () => {
    const [m] = await contents(
      { m: 2 * PAGE },
      ram.page('m', 0, 1),
      ram.xbzrle('m', 0, Buffer.of(2, 1, 9)),
      ram.page('m', PAGE, 2),
      ram.xbzrle('m', 0, Buffer.of(0, 1, 8)),
    );
    const expected = page(1, 2);
    expected[0] = 8;
    expected[2] = 9;
    expect(m).toEqual(expected);
  });

  it('XBZRLE of a page that was zero starts from zeros', async () => {
    const [m] = await contents(
      { m: PAGE },
      ram.page('m', 0, 1),
      ram.zero('m', 0),
      ram.xbzrle('m', 0, Buffer.of(1, 1, 9)),
    );
    const expected = page(0);
    expected[1] = 9;
    expect(m).toEqual(expected);
  });

  it('COMPRESS_PAGE is inflated', async () => {
    const [m] = await contents({ m: PAGE }, ram.compressed('m', 0, deflateSync(page(7))));
    expect(m).toEqual(page(7));
  });

  it.each([
    ['no zlib stream', Buffer.from('no zlib stream')],
    ['a page too short', deflateSync(Buffer.alloc(100, 1))],
    ['a page too long', deflateSync(Buffer.alloc(1 << 20, 1))],
  ])('COMPRESS_PAGE with %s is a problem and leaves the page as it was', async (_name, body) => {
    const records = [ram.page('m', 0, 1), ram.compressed('m', 0, body), ram.compressed('m', 0, body)];
    const { at, problems } = await store(stream([ramSections(2, { m: PAGE }, ...records)], []));
    expect(readFileSync(join(at, 'm'))).toEqual(page(1));
    expect(problems.map(({ rule }) => rule)).toEqual(['ram-compressed']);
  });
});

describe('hostile block lists', () => {
  it('a size that no file can have costs the block only', async () => {
    const blocks = { huge: 2 ** 52, m: PAGE };
    const { at, problems } = await store(
      stream([ramSections(2, blocks, ram.page('huge', 2 ** 51, 1), ram.page('m', 0, 2))], []),
    );
    expect(readFileSync(join(at, 'm'))).toEqual(page(2));
    expect(problems.map(({ rule }) => rule)).toEqual(['too-large']);
  });

  it('many blocks do not take many descriptors', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => `b${i}`);
    const records = names.map((name, i) => ram.page(name, 0, i & 0xff));
    const blocks = Object.fromEntries(names.map((name) => [name, PAGE]));
    const { at } = await store(stream([ramSections(2, blocks, ...records)], []));
    expect(readdirSync(at).length).toBe(1000);
    expect(readFileSync(join(at, 'b777'))).toEqual(page(777 & 0xff));
  });
});
