/** Writes capture directories for the benchmarks: a main channel and four multifd channels, plain, zlib and zstd. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { FLAG_EOS, FLAG_MEM_SIZE, GIB, MIB, PAGE_SIZE, RAM_ID, SMALL, StreamWriter } from './make-streams.js';

const CHANNELS = 4;
const PACKET_PAGES = 128;
const PACKET_BYTES = PACKET_PAGES * PAGE_SIZE;
const FLAG_FLUSH = 0x200;
const FLAG_SYNC = 1;
const METHOD_ZLIB = 2;
const METHOD_ZSTD = 4;
/** Magic, a descriptor without anything, a window of 1 MiB: what begins a frame. */
const ZSTD_FRAME = Buffer.from('28b52ffd0050', 'hex');
const ZSTD_BLOCK = 1 << 17;
/** Part of the folder names, to be raised when the contents change. */
const LAYOUT = 1;

/** @param {number} fd @param {number} bytes */
function mainChannel(fd, bytes) {
  const out = new StreamWriter(fd);
  out.header();
  out.open(0x01, RAM_ID, 'ram', 4, () => {
    out.u64(bytes + FLAG_MEM_SIZE);
    out.counted('pc.ram');
    out.u64(bytes);
    out.u64(FLAG_FLUSH);
    out.u64(FLAG_EOS);
  });
  out.ramPart(0x02, () => undefined);
  out.ramPart(0x03, () => out.u64(FLAG_FLUSH));
  out.devices();
}

/** @param {StreamWriter} out @param {number} flags @param {number} number @param {number} size @param {readonly number[]} offsets */
function header(out, flags, number, size, offsets) {
  for (const word of [0x11223344, 1, flags, offsets.length > 0 ? PACKET_PAGES : 0, offsets.length, size]) out.u32(word);
  out.u64(number);
  out.bytes(Buffer.alloc(32));
  const name = Buffer.alloc(256);
  if (offsets.length > 0) name.write('pc.ram');
  out.bytes(name);
  for (let i = 0; i < PACKET_PAGES; i++) out.u64(offsets[i] ?? 0);
}

/** @typedef {'none' | 'zlib' | 'zstd'} Method */

/** @param {number} fd @param {number} id @param {number} bytes @param {Method} method */
function multifdChannel(fd, id, bytes, method) {
  const out = new StreamWriter(fd);
  for (const word of [0x11223344, 1, 0, 0, 0, 0]) out.u32(word);
  out.u8(id);
  out.bytes(Buffer.alloc(39));
  header(out, FLAG_SYNC, id, 0, []);
  const pages = method === 'zlib' ? compressiblePages() : Buffer.alloc(PACKET_BYTES, 0x5a);
  let history = Buffer.alloc(0);
  let number = CHANNELS + id;
  for (let at = id * PACKET_BYTES; at < bytes; at += CHANNELS * PACKET_BYTES, number += CHANNELS) {
    const offsets = Array.from({ length: PACKET_PAGES }, (_, i) => at + i * PAGE_SIZE);
    if (method === 'none') {
      header(out, 0, number, PACKET_BYTES, offsets);
      out.bytes(pages);
      continue;
    }
    if (method === 'zstd') {
      const blocks = rawBlocks(pages);
      const frame = at < CHANNELS * PACKET_BYTES ? ZSTD_FRAME : Buffer.alloc(0);
      header(out, METHOD_ZSTD, number, frame.length + blocks.length, offsets);
      out.bytes(frame);
      out.bytes(blocks);
      continue;
    }
    // One stream for the whole channel: what came before is the dictionary of what follows.
    const body = deflateRawSync(pages, {
      level: 1,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(history.length > 0 && { dictionary: history }),
    });
    const first = history.length === 0;
    header(out, METHOD_ZLIB, number, body.length + (first ? 2 : 0), offsets);
    if (first) out.bytes(Buffer.from([0x78, 0x01]));
    out.bytes(body);
    history = pages.subarray(-32768);
  }
  header(out, FLAG_SYNC, number, 0, []);
  out.flush();
}

/** Blocks that hold their bytes as they are: what an encoder makes of what it cannot compress. @param {Buffer} bytes */
function rawBlocks(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += ZSTD_BLOCK) {
    const part = bytes.subarray(at, at + ZSTD_BLOCK);
    const head = Buffer.alloc(3);
    head.writeUIntLE(part.length << 3, 0, 3);
    parts.push(head, part);
  }
  return Buffer.concat(parts);
}

/** Text and counters, which shrink to about a third. */
function compressiblePages() {
  const pages = Buffer.alloc(PACKET_BYTES);
  let seed = 1;
  for (let i = 0; i < pages.length; i += 4) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    pages.writeUInt32LE(i % 16 === 0 ? seed : i & 0xff, i);
  }
  return pages;
}

/** @param {string} name @param {number} bytes @param {Method} method @param {string} folder */
function make(name, bytes, method, folder) {
  const path = join(folder, `${name}-${bytes / MIB}MiB.v${LAYOUT}`);
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  /** @param {string} file @param {(fd: number) => void} write */
  const into = (file, write) => {
    const fd = openSync(join(unfinished, file), 'w');
    write(fd);
    closeSync(fd);
  };
  into('main.bin', (fd) => mainChannel(fd, bytes));
  for (let id = 0; id < CHANNELS; id++) {
    into(`channel-0${id + 1}.bin`, (fd) => multifdChannel(fd, id, bytes, method));
  }
  renameSync(unfinished, path);
  return path;
}

/**
 * Makes what is not there yet.
 *
 * @param {number} gib @param {string} folder
 * @returns {Record<'multifd' | 'multifd-zlib' | 'multifd-zstd', import('./make-streams.js').StreamSizes>}
 */
export function makeCaptures(gib, folder = join(tmpdir(), 'migscope-bench')) {
  const bytes = Math.round((gib * GIB) / MIB) * MIB;
  /** @param {string} name @param {Method} method @param {number} size */
  const pair = (name, method, size) => {
    const large = make(name, size, method, folder);
    const total = readdirSync(large).reduce((sum, file) => sum + statSync(join(large, file)).size, 0);
    return { large, small: make(name, SMALL, method, folder), bytes: total };
  };
  return {
    multifd: pair('multifd', 'none', bytes),
    'multifd-zlib': pair('multifd-zlib', 'zlib', Math.min(bytes, GIB)),
    'multifd-zstd': pair('multifd-zstd', 'zstd', Math.min(bytes, GIB)),
  };
}
