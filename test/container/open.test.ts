import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { type OpenChannel, openChannel, openSource } from '../../src/container/open.js';
import { InputError } from '../../src/finding.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import type { ChannelEnd } from '../../src/stream/events.js';
import { hexBytes, join, noise } from '../build/bytes.js';
import { configuration, end, eof, header, RAM, start } from '../build/elements.js';
import { eos, mappedMemSize } from '../build/ram.js';
import { precopy } from '../build/samples.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));

const STREAM = precopy();
const file = joinPath(folder, 'main.bin');
writeFileSync(file, STREAM);

async function endOf(channel: OpenChannel): Promise<ChannelEnd> {
  const ends: ChannelEnd[] = [];
  const event = (event: { kind: string }): void => {
    if (event.kind === 'end') ends.push(event as ChannelEnd);
  };
  await decodeChannel(channel.cursor, [{ event, wantsMappedPages: true }], {
    role: channel.role,
    channel: channel.name,
  });
  channel.close();
  return ends[0]!;
}

describe('openChannel', () => {
  it('opens a file', async () => {
    const channel = await openChannel(file);
    expect(channel).toMatchObject({ name: file, role: 'main', layers: ['file'] });
    expect(await endOf(channel)).toMatchObject({ bytes: STREAM.length, complete: true });
  });

  it('opens a stream that starts further in', async () => {
    const shifted = joinPath(folder, 'shifted.bin');
    writeFileSync(shifted, join(noise(512), STREAM));
    const channel = await openChannel(shifted, { offset: 512 });
    expect(channel.layers).toEqual(['file', 'from byte 0x200 on']);
    expect(await endOf(channel)).toMatchObject({ bytes: STREAM.length, complete: true });
    await expect(openChannel(shifted)).rejects.toThrow(/is no migration stream: it starts with/);
  });

  it.each([
    [joinPath(folder, 'none'), 'no such file'],
    [folder, 'is a directory'],
  ])('says what is wrong with %s', async (path, message) => {
    await expect(openChannel(path)).rejects.toThrow(InputError);
    await expect(openChannel(path)).rejects.toThrow(message);
  });
});

describe('openSource', () => {
  it.each([
    ['an empty file', Buffer.alloc(0), 'm is empty'],
    ['zeros', Buffer.alloc(5000), 'm is no migration stream: it starts with 0000000000000000, not with'],
    ['zeros and noise', join(Buffer.alloc(500), noise(500)), 'it starts with 0000000000000000, not with'],
    ['noise', hexBytes('0102030405060708090a'), 'm is no migration stream: it starts with 0102030405060708, not with'],
    ['a few bytes', hexBytes('0102'), 'it starts with 0102, not with'],
    ['a gzip file of three bytes', hexBytes('1f8b08'), 'm holds nothing that can be read: gzip: the input ends'],
    ['an ELF file', hexBytes('7f454c46'), 'm is an ELF file, not a migration stream'],
  ])('refuses %s', async (_what, bytes, message) => {
    for (const seekable of [true, false]) {
      await expect(openSource(new MemorySource(bytes, 'm', { seekable }))).rejects.toThrow(message);
    }
  });

  it('takes the role that it is told', async () => {
    const channel = await openSource(new MemorySource(hexBytes('0800090000 00')), { role: 'main' });
    expect(channel.role).toBe('main');
  });

  it.each([
    [true, 1 << 20],
    [true, 100],
    [false, 1 << 20],
    [false, 100],
  ])('steps over zeros before the header (seekable: %s, chunk: %d)', async (seekable, chunk) => {
    const source = new MemorySource(join(Buffer.alloc(4096), STREAM), 'm', { seekable, chunk });
    const channel = await openSource(source);
    expect(channel.layers).toEqual([seekable ? 'file' : 'pipe', '4096 leading zero bytes']);
    expect(await endOf(channel)).toMatchObject({ bytes: STREAM.length, explainedBytes: STREAM.length, complete: true });
  });

  it('finds the pages of a mapped-ram file behind zeros, by the offsets of the whole file', async () => {
    const head = join(header(), configuration('virt-10.0', { capabilities: ['mapped-ram'] }));
    const at = head.length + start(RAM, Buffer.alloc(0), false).length;
    const blocks = [{ name: 'mem', usedLength: 0x40_0000, pages: new Map([[3, noise(0x1000)]]) }];
    const list = mappedMemSize(at, blocks, { fileOffset: 4096 });
    const stream = join(head, start(RAM, join(list, eos())), end(RAM.id, eos()), eof());
    for (const seekable of [true, false]) {
      const channel = await openSource(new MemorySource(join(Buffer.alloc(4096), stream), 'm', { seekable }));
      expect(await endOf(channel)).toMatchObject({ bytes: stream.length, complete: true });
    }
  });
});
