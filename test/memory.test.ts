/** Memory stays bounded whatever a stream holds, from a file and from a pipe. Payloads are holes of sparse files, so that nothing large is written. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync, ftruncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { counted, join, u16, u32, u64, u8 } from './build/bytes.js';
import { uint8, vmdescText } from './build/device.js';
import { configuration, discard, end, eof, footer, full, header, part, RAM, start, vmdesc } from './build/elements.js';
import { initialPacket } from './build/multifd.js';
import { Conversation, pcap } from './build/packets.js';
import { ROOT } from './cli/run.js';

/** Resident bytes of a process at its peak. */
const BOUND = 150 << 20;
const MIB = 1 << 20;

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes, or a hole of so many. */
type Piece = Uint8Array | number;

const EOS = u64(0x10);
const blocks = (length: number): Buffer => join(u64(length + 4), counted('pc.ram'), u64(length), EOS);
const OPENING = join(header(), configuration('pc'), start(RAM, blocks(MIB)), end(RAM.id, EOS));

const opened = (id: number): Buffer => join(u8(4), u32(id), counted(`device${id}`), u32(0), u32(1));
const large = (id: number, size: number): Piece[] => [opened(id), size, footer(id)];
const many = (count: number, piece: (i: number) => Uint8Array): Buffer =>
  join(...Array.from({ length: count }, (_, i) => piece(i)));

/** One zero page in every stretch that a chunk of the page map covers. */
function scatteredPages(): Buffer {
  const first = join(u64(0x02), counted('pc.ram'), u8(0));
  return join(
    first,
    many(1 << 15, (i) => join(u64((i + 1) * 2 ** 27 + 0x22), u8(0))),
    EOS,
  );
}

const description = (size: number): string => {
  const fields = Array.from({ length: size / 50 }, (_, i) => uint8(`f${i % 1000}`, 0));
  return vmdescText([{ id: 9, idstr: 'device', vmsdName: 'device', version: 1, fields }]);
};

const STREAMS: Readonly<Record<string, readonly Piece[]>> = {
  'a section without a footer': [OPENING, opened(9), 300 * MIB],
  'the first section of all without a footer': [header(), configuration('pc'), opened(9), 300 * MIB],
  'a large section': [OPENING, ...large(9, 300 * MIB), eof()],
  'many sections of some size': [OPENING, ...[9, 10, 11, 12, 13, 14].flatMap((id) => large(id, 30 * MIB)), eof()],
  'sections without footers or a description': [
    join(header(), configuration('pc'), start(RAM, blocks(MIB), false), end(RAM.id, EOS, false)),
    ...[9, 10, 11, 12].flatMap((id) => [opened(id), 40 * MIB]),
    eof(),
  ],
  'a package': [OPENING, u8(8), u16(7), u16(4), u32(400 * MIB), ...large(9, 300 * MIB), eof()],
  'pages all over a block': [
    join(header(), configuration('pc'), start(RAM, blocks(2 ** 43)), part(RAM.id, scatteredPages()), end(RAM.id, EOS)),
    eof(),
  ],
  'more sections than are kept': [
    OPENING,
    many(50_000, (i) => full({ id: 9 + i, idstr: `${i}`.padEnd(250, 'x') }, u8(1))),
    eof(),
  ],
  'commands with all the ranges they can hold': [
    OPENING,
    many(2000, () => discard('pc.ram', ...Array.from({ length: 500 }, () => [0, 4096] as const))),
    eof(),
  ],
  'a vmdesc that is too long': [OPENING, eof(), u8(6), u32(60 * MIB), Buffer.from('{"devices": ['), 60 * MIB],
  'a long vmdesc': [
    OPENING,
    join(full({ id: 9, idstr: 'device' }, Buffer.alloc(100)), eof(), vmdesc(description(8e6))),
  ],
};

function write(name: string, pieces = STREAMS[name]!): string {
  const path = joinPath(folder, name.replaceAll(' ', '-'));
  const fd = openSync(path, 'w');
  let size = 0;
  for (const piece of pieces) {
    if (typeof piece !== 'number') writeSync(fd, piece, 0, piece.length, size);
    size += typeof piece === 'number' ? piece : piece.length;
  }
  ftruncateSync(fd, size);
  closeSync(fd);
  return path;
}

/** The peak resident size of `migscope ARGS`, which the process says itself on descriptor 3. */
function peak(path: string, args: readonly string[], piped: boolean): { bytes: number; code: number | null } {
  const command = piped ? 'cat "$0" | "$@" -' : '"$@" "$0"';
  const node = [process.execPath, '--import', joinPath(ROOT, 'bench/max-rss.js'), joinPath(ROOT, 'bin/migscope.js')];
  const result = spawnSync('sh', ['-c', command, path, ...node, ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  return { bytes: Number(String(result.output[3])) * 1024, code: result.status };
}

describe.each(Object.keys(STREAMS))('%s', (name) => {
  it('is read within the bound', () => {
    const path = write(name);
    for (const piped of [false, true]) {
      const { bytes, code } = peak(path, ['info'], piped);
      expect([0, 1]).toContain(code);
      expect(bytes / MIB).toBeGreaterThan(20);
      expect(bytes / MIB, piped ? 'from a pipe' : 'from a file').toBeLessThan(BOUND / MIB);
    }
  });
});

it('sections that dump decodes are kept within the bound', () => {
  const path = write('many sections of some size');
  for (const piped of [false, true]) {
    const { bytes, code } = peak(path, ['dump', '--format', 'jsonl', '--max-bytes', '100'], piped);
    expect([0, 1]).toContain(code);
    expect(bytes / MIB).toBeLessThan(BOUND / MIB);
  }
});

/** A stream and 400 MiB of zeros behind it, as zstd: a raw block, and runs of 128 KiB in four bytes each. */
function bomb(): Buffer {
  const stream = join(OPENING, eof());
  const last = (i: number): number => (i === 3199 ? 1 : 0);
  const runs = many(3200, (i) => Buffer.from([2 | last(i), 0x00, 0x10, 0x00]));
  return join(
    Buffer.from('28b52ffd0058', 'hex'),
    Buffer.from([(stream.length << 3) & 0xff, stream.length >> 5, 0]),
    stream,
    runs,
  );
}

it.each([
  ['gzip', gzipSync(join(OPENING, eof(), Buffer.alloc(256 * MIB)), { level: 1 })],
  ['zstd', bomb()],
])('a bomb of %s is read within the bound', (name, bytes) => {
  const path = write(name, [bytes]);
  for (const piped of [false, true]) {
    const { bytes, code } = peak(path, ['info'], piped);
    expect(code).toBe(0);
    expect(bytes / MIB, piped ? 'from a pipe' : 'from a file').toBeLessThan(BOUND / MIB);
  }
});

/** A packet capture of a channel of so many segments: 60,000 bytes each, which are holes. */
function* packets(segments: number): Generator<Piece> {
  const main = new Conversation([1000, 4444]).open().send(join(OPENING, eof())).close();
  const channel = new Conversation([1001, 4444]).open().send(initialPacket({ id: 0 }));
  yield pcap([...main.packets, ...channel.packets]);
  const size = 60_000;
  // What stands before the payload; only the sequence number changes.
  const record = pcap([channel.segment(64, Buffer.alloc(size))]).subarray(24, -size);
  const sequence = record.length - 28;
  const first = record.readUInt32BE(sequence);
  for (let i = 0; i < segments; i++) {
    record.writeUInt32BE(first + i * size, sequence);
    yield Uint8Array.from(record);
    yield size;
  }
}

it('a packet capture is read within the bound, from a file and from a pipe', () => {
  const path = write('packets', [...packets(3500)]);
  for (const piped of [false, true]) {
    const { bytes, code } = peak(path, ['info'], piped);
    expect(code).toBe(1);
    expect(bytes / MIB, piped ? 'from a pipe' : 'from a file').toBeLessThan(BOUND / MIB);
  }
});
