/** Streams of one RAM block with small pages, and what an index or other sinks make of them. */
import { Cursor } from '../../src/bytes/cursor.js';
import { PageHasher } from '../../src/bytes/page-hash.js';
import { MemorySource } from '../../src/bytes/source.js';
import { PAGE_ABSENT, RamIndex, type RamSnapshot } from '../../src/diff/ram-index.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import type { StreamSink } from '../../src/stream/events.js';
import { join, noise } from '../build/bytes.js';
import { configuration, end, eof, header, part, RAM, start } from '../build/elements.js';
import { eos, memSize } from '../build/ram.js';

export const PAGE = 0x400;
export const BLOCK = 8 * PAGE;
const SEED = 7n;

/** Both halves of the hash of a page. */
export function hash(bytes: Uint8Array): number[] {
  const hasher = new PageHasher(SEED);
  const into = new Uint32Array(2);
  hasher.hash(bytes, -1, 0, bytes.length, into, 0);
  return [...into];
}

export async function read(bytes: Uint8Array, sink: StreamSink): Promise<void> {
  await decodeChannel(new Cursor(new MemorySource(bytes)), [sink], { role: 'main', channel: 'main', pageSize: PAGE });
}

export async function indexed(bytes: Uint8Array): Promise<RamSnapshot> {
  const index = new RamIndex(new PageHasher(SEED));
  await read(bytes, index);
  return index.snapshot();
}

/** A stream of one block with these records, and the commands or records of further parts. */
export function stream(...parts: readonly Buffer[]): Buffer {
  const blocks = [{ name: 'ram', usedLength: BLOCK }];
  return join(
    header(),
    configuration('none', { pageBits: 10 }),
    start(RAM, join(memSize(blocks), eos())),
    ...parts,
    end(RAM.id, eos()),
    eof(),
  );
}

export const pages = (...records: readonly Buffer[]): Buffer => part(RAM.id, join(...records, eos()));

export function states({ blocks }: RamSnapshot): number[] {
  const chunk = blocks[0]?.chunks.get(0);
  return Array.from({ length: 8 }, (_, i) => chunk?.states[i] ?? PAGE_ABSENT);
}

export const [ONE, TWO] = [noise(PAGE, 1), noise(PAGE, 2)];
