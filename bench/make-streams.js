/**
 * Writes the streams that the benchmarks read: shaped as QEMU shapes them, of any size, the same bytes every time.
 *
 * Payloads are whatever the reused buffer holds (never zero), since no measured command looks into pages.
 */
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const PAGE_SIZE = 4096;
export const MIB = 1 << 20;
export const GIB = 1 << 30;
/** Part of the file names, to be raised when the contents change: files of another layout are not reused. */
const LAYOUT = 1;

const FLAG_ZERO = 0x02;
export const FLAG_MEM_SIZE = 0x04;
const FLAG_PAGE = 0x08;
export const FLAG_EOS = 0x10;
const FLAG_CONTINUE = 0x20;
export const RAM_ID = 2;

/** Sequential output through one buffer whose bytes are filled once and never zero where nobody writes. */
class Output {
  /** @param {number} fd */
  constructor(fd) {
    this.fd = fd;
    this.buffer = Buffer.alloc(4 * MIB);
    for (let i = 0; i < this.buffer.length; i++) this.buffer[i] = 1 + ((i * 37) % 251);
    this.used = 0;
    this.flushed = 0;
  }

  get offset() {
    return this.flushed + this.used;
  }

  /** @param {number} count at most the size of the buffer */
  room(count) {
    if (this.used + count > this.buffer.length) this.flush();
  }

  flush() {
    for (let done = 0; done < this.used;) done += writeSync(this.fd, this.buffer, done, this.used - done);
    this.flushed += this.used;
    this.used = 0;
  }

  /** @param {number} value */
  u8(value) {
    this.room(1);
    this.buffer[this.used++] = value;
  }

  /** @param {number} value */
  u32(value) {
    this.room(4);
    this.used = this.buffer.writeUInt32BE(value, this.used);
  }

  /** @param {number} value */
  u64(value) {
    this.u32(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  /** @param {Uint8Array} bytes */
  bytes(bytes) {
    for (let at = 0; at < bytes.length; at += MIB) {
      const part = bytes.subarray(at, at + MIB);
      this.room(part.length);
      this.buffer.set(part, this.used);
      this.used += part.length;
    }
  }

  /** @param {string} text */
  counted(text) {
    this.u8(text.length);
    this.bytes(Buffer.from(text, 'latin1'));
  }

  /** A page record. @param {number} address @param {string | undefined} block named unless it is the one before @param {boolean} zero */
  page(address, block, zero) {
    this.room(PAGE_SIZE + 300);
    const flags = (zero ? FLAG_ZERO : FLAG_PAGE) | (block === undefined ? FLAG_CONTINUE : 0);
    this.u64(address + flags);
    if (block !== undefined) this.counted(block);
    if (zero) this.buffer[this.used++] = 0;
    else this.used += PAGE_SIZE;
  }
}

/** The frame of a stream around its RAM section. */
export class StreamWriter extends Output {
  /** @param {readonly string[]} capabilities */
  header(capabilities = []) {
    this.bytes(Buffer.from('QEVM'));
    this.u32(3);
    this.u8(0x07);
    const machine = 'pc-i440fx-10.0';
    this.u32(machine.length);
    this.bytes(Buffer.from(machine));
    if (capabilities.length === 0) return;
    this.u8(0x05);
    this.counted('configuration/capabilities');
    this.u32(1);
    this.u32(capabilities.length);
    for (const name of capabilities) this.counted(name);
  }

  /** @param {number} type 1 START, 4 FULL @param {number} id @param {string} idstr @param {number} version @param {() => void} payload */
  open(type, id, idstr, version, payload) {
    this.u8(type);
    this.u32(id);
    this.counted(idstr);
    this.u32(0);
    this.u32(version);
    payload();
    this.footer(id);
  }

  /** A START of RAM. @param {readonly Block[]} blocks */
  ramStart(blocks) {
    this.open(0x01, RAM_ID, 'ram', 4, () => {
      this.u64(blocks.reduce((sum, { length }) => sum + length, 0) + FLAG_MEM_SIZE);
      for (const { name, length } of blocks) {
        this.counted(name);
        this.u64(length);
      }
      this.u64(FLAG_EOS);
    });
  }

  /** A PART (2) or END (3) of RAM. @param {number} type @param {() => void} records */
  ramPart(type, records) {
    this.u8(type);
    this.u32(RAM_ID);
    records();
    this.u64(FLAG_EOS);
    this.footer(RAM_ID);
  }

  /** @param {number} id */
  footer(id) {
    this.u8(0x7e);
    this.u32(id);
  }

  /** Device sections, EOF and vmdesc. */
  devices() {
    const devices = [
      device('timer', 2, [
        ['cpu_ticks_offset', 'int64', 8],
        ['unused', 'unused_buffer', 8],
        ['cpu_clock_offset', 'int64', 8],
      ]),
      device('cpu_common', 1, [
        ['halted', 'uint32', 4],
        ['interrupt_request', 'uint32', 4],
      ]),
      device('fw_cfg', 2, [
        ['cur_entry', 'uint16', 2],
        ['cur_offset', 'uint32', 4],
      ]),
      device('0000:00:02.0/vga', 2, [
        ['latch', 'uint32', 4],
        ['sr', 'buffer', 256],
        ['palette', 'buffer', 768],
      ]),
      device('pc-fdc', 2, [['fifo', 'buffer', 512]]),
    ];
    devices.forEach(({ name, version, fields }, i) => {
      const size = fields.reduce((sum, field) => sum + field.size, 0);
      this.open(0x04, 3 + i, name, version, () => this.bytes(Buffer.alloc(size, 0x11)));
    });
    this.u8(0x00);
    const configuration = { vmsd_name: 'configuration', version: 1, fields: [] };
    const text = Buffer.from(JSON.stringify({ configuration, page_size: PAGE_SIZE, devices }));
    this.u8(0x06);
    this.u32(text.length);
    this.bytes(text);
    this.flush();
  }
}

/** @param {string} name @param {number} version @param {[string, string, number][]} fields */
function device(name, version, fields) {
  return {
    name,
    instance_id: 0,
    vmsd_name: name.split('/').at(-1),
    version,
    fields: fields.map(([field, type, size]) => ({ name: field, type, size })),
  };
}

/** @typedef {{ readonly name: string, readonly length: number }} Block */

/** @param {number} bytes of page contents @returns {Block[]} */
function blocksOf(bytes) {
  const small = Math.min(16 * MIB, bytes / 16);
  return [
    { name: 'pc.ram', length: bytes - 2 * small - 2 * PAGE_SIZE },
    { name: 'vga.vram', length: small },
    { name: 'pc.bios', length: small },
    { name: '/rom@etc/table-loader', length: PAGE_SIZE },
    { name: '/rom@etc/acpi/rsdp', length: PAGE_SIZE },
  ];
}

/**
 * All pages of all blocks in order, `perPart` to a section, every block named where it begins; at the end the first page comes again, as pages of a guest
 * that runs do, unless it was `stopped`.
 *
 * @param {StreamWriter} out
 * @param {readonly Block[]} blocks
 * @param {{ perPart: number, zeroShare: number, stopped?: boolean }} shape
 */
function precopy(out, blocks, { perPart, zeroShare, stopped = false }) {
  out.header();
  out.ramStart(blocks);
  let random = 1;
  let inPart = 0;
  const open = () => {
    out.u8(0x02);
    out.u32(RAM_ID);
    inPart = 0;
  };
  const close = () => {
    out.u64(FLAG_EOS);
    out.footer(RAM_ID);
  };
  open();
  for (const { name, length } of blocks) {
    for (let address = 0; address < length; address += PAGE_SIZE) {
      if (inPart === perPart) {
        close();
        open();
      }
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      out.page(address, address === 0 ? name : undefined, (random >>> 8) % 1000 < zeroShare * 1000);
      inPart++;
    }
  }
  close();
  out.ramPart(0x03, () => {
    if (!stopped) out.page(0, blocks[0].name, false);
  });
  out.devices();
}

/**
 * One block with its place in the file; the pages are a hole.
 *
 * @param {StreamWriter} out
 * @param {number} bytes
 */
function mappedRam(out, bytes) {
  const name = 'pc.ram';
  out.header(['mapped-ram']);
  out.u8(0x01);
  out.u32(RAM_ID);
  out.counted('ram');
  out.u32(0);
  out.u32(4);
  out.u64(bytes + FLAG_MEM_SIZE);
  out.counted(name);
  out.u64(bytes);
  const bitmapAt = out.offset + 28;
  const bitmap = Buffer.alloc(8 * Math.ceil(bytes / PAGE_SIZE / 64));
  let random = 1;
  for (let i = 0; i < bitmap.length; i++) {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    bitmap[i] = random >>> 16;
  }
  const pagesAt = Math.ceil((bitmapAt + bitmap.length) / MIB) * MIB;
  out.u32(1);
  out.u64(PAGE_SIZE);
  out.u64(bitmapAt);
  out.u64(pagesAt);
  out.bytes(bitmap);
  out.flush();
  // What follows the pages is written behind a hole.
  ftruncateSync(out.fd, pagesAt + bytes);
  const tail = new Tail(out.fd, pagesAt + bytes);
  tail.u64(FLAG_EOS);
  tail.footer(RAM_ID);
  tail.ramPart(0x03, () => undefined);
  tail.devices();
}

/** Goes on writing at a place of the file. */
class Tail extends StreamWriter {
  /** @param {number} fd @param {number} offset */
  constructor(fd, offset) {
    super(fd);
    this.flushed = offset;
  }

  flush() {
    for (let done = 0; done < this.used;)
      done += writeSync(this.fd, this.buffer, done, this.used - done, this.flushed + done);
    this.flushed += this.used;
    this.used = 0;
  }
}

/** @type {Record<string, (out: StreamWriter, bytes: number) => void>} */
const SHAPES = {
  mixed: (out, bytes) => precopy(out, blocksOf(bytes), { perPart: 400, zeroShare: 0.1 }),
  continue: (out, bytes) => precopy(out, [{ name: 'pc.ram', length: bytes }], { perPart: Infinity, zeroShare: 0 }),
  sections: (out, bytes) => precopy(out, blocksOf(bytes), { perPart: 8, zeroShare: 0 }),
  stopped: (out, bytes) => precopy(out, blocksOf(bytes), { perPart: 400, zeroShare: 0.1, stopped: true }),
  'mapped-ram': mappedRam,
};

const TINY = MIB;
/** Page contents of a stream in which whatever a large one makes hot has been compiled. */
export const SMALL = 64 * MIB;
const MAPPED = 1024 * GIB;

/**
 * The same at two sizes; `bytes` are those of the large one. What `large` takes longer than `small` is the time that grows with the file.
 *
 * @typedef {{ readonly large: string, readonly small: string, readonly bytes: number }} StreamSizes
 */

/**
 * Makes what is not there yet.
 *
 * @param {number} gib page contents of the large streams, in GiB
 * @param {string} folder
 * @returns {Record<'mixed' | 'continue' | 'sections' | 'stopped' | 'mapped-ram', StreamSizes & { readonly tiny: string }>}
 */
export function makeStreams(gib, folder = join(tmpdir(), 'migscope-bench')) {
  mkdirSync(folder, { recursive: true });
  const pairs = Object.keys(SHAPES).map((shape) => {
    const bytes = shape === 'mapped-ram' ? MAPPED : Math.round((gib * GIB) / MIB) * MIB;
    const large = make(shape, bytes, folder);
    const [small, tiny] = [SMALL, TINY].map((size) => make(shape, size, folder));
    return [shape, { large, small, tiny, bytes: statSync(large).size }];
  });
  return Object.fromEntries(pairs);
}

/** @param {string} shape @param {number} bytes @param {string} folder */
function make(shape, bytes, folder) {
  const path = join(folder, `${shape}-${bytes / MIB}MiB.v${LAYOUT}.bin`);
  // A name is given to finished files only, so one that is there is whole.
  if (existsSync(path)) return path;
  const unfinished = `${path}.${process.pid}`;
  const fd = openSync(unfinished, 'w');
  SHAPES[shape](new StreamWriter(fd), bytes);
  closeSync(fd);
  renameSync(unfinished, path);
  return path;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [size = '2', folder] = process.argv.slice(2);
  for (const [shape, { large, bytes }] of Object.entries(makeStreams(Number(size), folder)))
    console.log(`${shape}: ${large} (${bytes} bytes)`);
}
