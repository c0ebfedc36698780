/**
 * Writes a stream whose pages pack to about half, and the same stream as gzip, zstd, xz and as the VM state of a qcow2 snapshot. Formats without their program
 * on this machine are left out.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GIB, MIB, PAGE_SIZE, RAM_ID, SMALL, StreamWriter } from './make-streams.js';

const LAYOUT = 1;
const CLUSTER = 65536;

/** @type {Record<string, readonly [program: string, ...args: string[]]>} */
const PACKERS = { gz: ['gzip', '-1', '-c'], zst: ['zstd', '-1', '-q', '-c'], xz: ['xz', '-0', '-c'] };

/** Pages of which every 16 bytes have 7 that look random. */
class NoisyStream extends StreamWriter {
  random = 1;

  flush() {
    super.flush();
    for (let at = 0; at + 16 <= this.buffer.length; at += 16) {
      for (let i = 0; i < 7; i++) {
        this.random = (Math.imul(this.random, 1103515245) + 12345) >>> 0;
        this.buffer[at + i] = 1 + ((this.random >>> 16) % 255);
      }
    }
  }
}

/** @param {number} fd @param {number} bytes of page contents */
function writeStream(fd, bytes) {
  const out = new NoisyStream(fd);
  out.flush();
  out.header();
  out.ramStart([{ name: 'pc.ram', length: bytes }]);
  for (let address = 0; address < bytes;) {
    out.ramPart(0x02, () => {
      for (let i = 0; i < 400 && address < bytes; i++, address += PAGE_SIZE)
        out.page(address, i === 0 ? 'pc.ram' : undefined, false);
    });
  }
  out.u8(0x03);
  out.u32(RAM_ID);
  out.u64(0x10);
  out.footer(RAM_ID);
  out.devices();
}

/** @param {number} fd @param {string} stream */
function writeQcow2(fd, stream) {
  const { size } = statSync(stream);
  const clusters = Math.ceil(size / CLUSTER);
  const tables = Math.ceil(clusters / (CLUSTER / 8));
  const dataAt = CLUSTER * (3 + tables);
  const head = Buffer.alloc(dataAt);
  /** @param {number} at @param {...number} words big-endian, of 32 bits */
  const words = (at, ...words) => words.forEach((word, i) => head.writeUInt32BE(word, at + 4 * i));
  // A disk of no size: the VM state begins with the first entry of the L1 table.
  words(0, 0x514649fb, 3, 0, 0, 0, 16, 0, 0, 0, tables, 0, 2 * CLUSTER, 0, 0, 0, 1, 0, CLUSTER);
  words(96, 4, 104);
  words(CLUSTER, 0, 2 * CLUSTER, tables, 0x00010004, 1_700_000_000, 0, 0, 0, size % 2 ** 32, 16);
  head.writeBigUInt64BE(BigInt(size), CLUSTER + 40);
  head.write('1snap', CLUSTER + 56);
  for (let i = 0; i < tables; i++) head.writeBigUInt64BE(BigInt((3 + i) * CLUSTER), 2 * CLUSTER + 8 * i);
  for (let i = 0; i < clusters; i++) head.writeBigUInt64BE(BigInt(dataAt + i * CLUSTER), 3 * CLUSTER + 8 * i);
  writeSync(fd, head);
  const from = openSync(stream, 'r');
  const buffer = Buffer.alloc(4 * MIB);
  for (let got; (got = readSync(from, buffer, 0, buffer.length, null)) > 0;) writeSync(fd, buffer, 0, got);
  closeSync(from);
}

/** @param {string} path @param {(fd: number) => void | boolean} write false when it cannot be made */
function make(path, write) {
  if (existsSync(path)) return true;
  const fd = openSync(`${path}.part`, 'w');
  const made = write(fd) !== false;
  closeSync(fd);
  if (made) renameSync(`${path}.part`, path);
  return made;
}

/** @typedef {import('./make-streams.js').StreamSizes} StreamSizes */

/** @typedef {'gz' | 'zst' | 'xz' | 'qcow2'} Suffix */

/**
 * Makes what is not there yet.
 *
 * @param {number} gib page contents, in GiB
 * @param {readonly Suffix[]} suffixes beside `bin`, from which they are made
 * @returns {Partial<Record<'bin' | Suffix, StreamSizes>>}
 */
export function makeWrapped(gib, suffixes, folder = join(tmpdir(), 'migscope-bench')) {
  mkdirSync(folder, { recursive: true });
  const sizes = { large: Math.round((gib * GIB) / MIB) * MIB, small: SMALL };
  /** @param {number} bytes @param {string} suffix */
  const path = (bytes, suffix) => join(folder, `wrapped-${bytes / MIB}MiB.v${LAYOUT}.${suffix}`);
  /** @type {Record<string, StreamSizes>} */
  const pairs = {};
  for (const suffix of ['bin', ...suffixes]) {
    const made = Object.values(sizes).every((bytes) =>
      make(path(bytes, suffix), (fd) => {
        if (suffix === 'bin') return writeStream(fd, bytes);
        if (suffix === 'qcow2') return writeQcow2(fd, path(bytes, 'bin'));
        const [program, ...args] = PACKERS[suffix];
        return spawnSync(program, [...args, path(bytes, 'bin')], { stdio: ['ignore', fd, 'inherit'] }).status === 0;
      }),
    );
    if (made) {
      const { large, small } = sizes;
      pairs[suffix] = { large: path(large, suffix), small: path(small, suffix), bytes: large };
    }
  }
  return pairs;
}
