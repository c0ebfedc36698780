/** Writes capture directories for the benchmarks: a main channel and four multifd channels, plain and zlib. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';
import { FLAG_EOS, FLAG_MEM_SIZE, GIB, MIB, PAGE_SIZE, RAM_ID, StreamWriter } from './make-streams.js';

const CHANNELS = 4;
const PACKET_PAGES = 128;
const PACKET_BYTES = PACKET_PAGES * PAGE_SIZE;
const FLAG_FLUSH = 0x200;
const FLAG_SYNC = 1;
const METHOD_ZLIB = 2;
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

/** @param {number} fd @param {number} id @param {number} bytes @param {boolean} packed */
function multifdChannel(fd, id, bytes, packed) {
  const out = new StreamWriter(fd);
  for (const word of [0x11223344, 1, 0, 0, 0, 0]) out.u32(word);
  out.u8(id);
  out.bytes(Buffer.alloc(39));
  header(out, FLAG_SYNC, id, 0, []);
  const pages = packed ? compressiblePages() : Buffer.alloc(PACKET_BYTES, 0x5a);
  let history = Buffer.alloc(0);
  let number = CHANNELS + id;
  for (let at = id * PACKET_BYTES; at < bytes; at += CHANNELS * PACKET_BYTES, number += CHANNELS) {
    const offsets = Array.from({ length: PACKET_PAGES }, (_, i) => at + i * PAGE_SIZE);
    if (!packed) {
      header(out, 0, number, PACKET_BYTES, offsets);
      out.bytes(pages);
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

/** @param {string} name @param {number} bytes @param {boolean} packed @param {string} folder */
function make(name, bytes, packed, folder) {
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
    into(`channel-0${id + 1}.bin`, (fd) => multifdChannel(fd, id, bytes, packed));
  }
  renameSync(unfinished, path);
  return path;
}

/**
 * Makes what is not there yet.
 *
 * @param {number} gib @param {string} folder
 * @returns {Record<'multifd' | 'multifd-zlib', import('./make-streams.js').StreamPair>}
 */
export function makeCaptures(gib, folder = join(tmpdir(), 'migscope-bench')) {
  const bytes = Math.round((gib * GIB) / MIB) * MIB;
  const tiny = CHANNELS * PACKET_BYTES;
  /** @param {string} name @param {boolean} packed @param {number} size */
  const pair = (name, packed, size) => {
    const large = make(name, size, packed, folder);
    const total = readdirSync(large).reduce((sum, file) => sum + statSync(join(large, file)).size, 0);
    return { large, tiny: make(name, tiny, packed, folder), bytes: total };
  };
  return { multifd: pair('multifd', false, bytes), 'multifd-zlib': pair('multifd-zlib', true, Math.min(bytes, GIB)) };
}
