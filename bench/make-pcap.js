/** Writes packet captures for the benchmarks: a capture directory as it goes over a wire, with other traffic, losses and disorder. */
import { closeSync, existsSync, openSync, readdirSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SEGMENT = 1448;
const HEADERS = 14 + 20 + 32;
/** Segments that one connection sends in a row. */
const BURST = 20;
/** Part of the file names, to be raised when the contents change. */
const LAYOUT = 2;
const FLAG_SYN = 0x02;
const FLAG_ACK = 0x10;

/** Appends packets to a file, a buffer at a time. */
class PacketWriter {
  #buffer = Buffer.alloc(4 << 20);
  #used = 0;
  #time = 0;

  /** @param {number} fd */
  constructor(fd) {
    this.fd = fd;
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(262144, 16);
    header.writeUInt32LE(1, 20);
    writeSync(fd, header);
  }

  /**
   * @param {readonly [source: number, destination: number]} ports @param {boolean} back @param {number} sequence @param {number} acknowledged
   * @param {number} flags @param {Buffer} payload
   */
  packet(ports, back, sequence, acknowledged, flags, payload) {
    const length = HEADERS + payload.length;
    if (this.#used + 16 + length > this.#buffer.length) this.flush();
    const b = this.#buffer;
    const record = this.#used;
    this.#time += 3;
    b.writeUInt32LE(Math.floor(this.#time / 1e6), record);
    b.writeUInt32LE(this.#time % 1e6, record + 4);
    b.writeUInt32LE(length, record + 8);
    b.writeUInt32LE(length, record + 12);
    const at = record + 16;
    b.fill(0, at, at + HEADERS);
    b.writeUInt16BE(0x0800, at + 12);
    b[at + 14] = 0x45;
    b.writeUInt16BE(length - 14, at + 16);
    b[at + 22] = 64;
    b[at + 23] = 6;
    b.writeUInt32BE(back ? 0x0a000002 : 0x0a000001, at + 26);
    b.writeUInt32BE(back ? 0x0a000001 : 0x0a000002, at + 30);
    b.writeUInt16BE(ports[back ? 1 : 0], at + 34);
    b.writeUInt16BE(ports[back ? 0 : 1], at + 36);
    b.writeUInt32BE(sequence >>> 0, at + 38);
    b.writeUInt32BE(acknowledged >>> 0, at + 42);
    b[at + 46] = 8 << 4;
    b[at + 47] = flags;
    b.writeUInt16BE(0xffff, at + 48);
    payload.copy(b, at + HEADERS);
    this.#used = at + length;
  }

  flush() {
    writeSync(this.fd, this.#buffer, 0, this.#used);
    this.#used = 0;
  }
}

/**
 * @param {string} path @param {readonly string[]} files what each connection carries, the main channel first
 */
function write(path, files) {
  const unfinished = `${path}.${process.pid}`;
  const fd = openSync(unfinished, 'w');
  const out = new PacketWriter(fd);
  const none = Buffer.alloc(0);
  const connections = files.map((file, i) => {
    const ports = /** @type {const} */ ([40000 + i, 4444]);
    // One of them passes the end of the sequence numbers.
    const first = i === 1 ? 2 ** 32 - 1e6 : 1000 * i;
    out.packet(ports, false, first - 1, 0, FLAG_SYN, none);
    out.packet(ports, true, 499, first, FLAG_SYN | FLAG_ACK, none);
    out.packet(ports, false, first, 500, FLAG_ACK, none);
    return { ports, first, fd: openSync(file, 'r'), sent: 0, size: statSync(file).size };
  });
  const buffer = Buffer.alloc(BURST * SEGMENT);
  let bursts = 0;
  for (let left = connections; left.length > 0; left = left.filter(({ sent, size }) => sent < size)) {
    for (const one of left) {
      const got = readSync(one.fd, buffer, 0, buffer.length, one.sent);
      const segments = Array.from({ length: Math.ceil(got / SEGMENT) }, (_, i) => i);
      bursts++;
      if (bursts % 16 === 0 && segments.length > 3) segments.push(.../** @type {number[]} */ (segments.splice(1, 1)));
      if (bursts % 64 === 0) segments.push(0);
      for (const i of segments) {
        const payload = buffer.subarray(i * SEGMENT, Math.min(got, (i + 1) * SEGMENT));
        const sequence = one.first + one.sent + i * SEGMENT;
        out.packet(one.ports, false, sequence, 500, FLAG_ACK, payload);
        if (i % 2 === 1) out.packet(one.ports, true, 500, sequence + payload.length, FLAG_ACK, none);
      }
      one.sent += got;
    }
  }
  out.flush();
  for (const one of connections) closeSync(one.fd);
  closeSync(fd);
  renameSync(unfinished, path);
}

/** The packet capture of a capture directory, beside it; made when it is not there. @param {string} directory */
export function makePcap(directory) {
  const path = `${directory}.pcap.v${LAYOUT}`;
  if (existsSync(path)) return path;
  const files = readdirSync(directory).filter((file) => file.endsWith('.bin'));
  files.sort((a, b) => Number(b === 'main.bin') - Number(a === 'main.bin') || (a < b ? -1 : 1));
  write(
    path,
    files.map((file) => join(directory, file)),
  );
  return path;
}
