/**
 * A pcapng file: blocks, each `type, total length, body, total length`. A section header gives the byte order of what follows it, an interface
 * description its link type and the unit of its timestamps.
 *
 * | type       | block                      | body                                                                     |
 * | ---------- | -------------------------- | ------------------------------------------------------------------------ |
 * | 0x0a0d0d0a | section header             | 0x1a2b3c4d in the section's byte order, …                                |
 * | 1          | interface description      | u16 link type, u16, u32 snaplen, options                                 |
 * | 2          | packet (obsolete)          | u16 interface, u16 drops, u64 time, u32 captured, u32 original, data     |
 * | 3          | simple packet              | u32 original, data                                                       |
 * | 6          | enhanced packet            | u32 interface, u64 time, u32 captured, u32 original, data                |
 *
 * Source: draft-ietf-opsawg-pcapng.
 */
import { hex } from '../../finding.js';
import type { FileWindow } from './file-window.js';
import { MAX_PACKET, noPacket, type PacketFileFault, type PacketReader } from './packet.js';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;
/** Type and length before the body, and the length again behind it. */
const FRAME = 12;
/** Options of an interface are looked for this far. */
const MAX_OPTIONS = 2048;
const MAX_INTERFACES = 65_536;

interface Interface {
  readonly linkType: number;
  readonly snaplen: number;
  /** Timestamp units in a second. */
  readonly ticks: number;
  readonly offsetSeconds: number;
  /** The first timestamp, and when that is in the time of the file. */
  first?: { readonly high: number; readonly low: number; readonly time: number };
}

export class PcapngFile implements PacketReader {
  readonly format = 'pcapng';
  readonly packet = noPacket();
  fault: PacketFileFault | undefined;
  offset = 0;
  private littleEndian = false;
  private readonly size: number;
  private interfaces: Interface[] = [];
  /** Seconds since 1970 of the first timestamp, as near as a number comes. */
  private epoch: number | undefined;

  /** The reader of a file that begins with a section header; undefined for any other. */
  static open(window: FileWindow): PcapngFile | undefined {
    const at = window.at(0, FRAME);
    if (at < 0 || window.view.getUint32(at) !== SECTION_HEADER) return undefined;
    const magic = window.view.getUint32(at + 8);
    const swapped = window.view.getUint32(at + 8, true);
    return magic === BYTE_ORDER_MAGIC || swapped === BYTE_ORDER_MAGIC ? new PcapngFile(window) : undefined;
  }

  private constructor(private readonly window: FileWindow) {
    this.size = window.source.size;
  }

  next(): boolean {
    while (this.offset < this.size) {
      const { window, offset } = this;
      const at = window.at(offset, FRAME);
      if (at < 0) return this.stop('truncated', 'the file ends inside the header of a block');
      const type = window.view.getUint32(at, this.littleEndian);
      if (type === SECTION_HEADER && !this.beginSection(window.view.getUint32(at + 8))) return false;
      const length = window.view.getUint32(at + 4, this.littleEndian);
      if (length < FRAME || length % 4 !== 0) {
        return this.stop('damaged', `a block of type ${hex(type)} has a length of ${hex(length)} bytes`);
      }
      if (offset + length > this.size) {
        return this.stop('truncated', `the file ends inside a block behind packet ${this.packet.number}`);
      }
      this.offset = offset + length;
      if (this.block(type, offset + 8, length - FRAME)) return true;
      if (this.fault) return false;
    }
    return false;
  }

  private beginSection(magic: number): boolean {
    const known = magic === BYTE_ORDER_MAGIC || magic === 0x4d3c2b1a;
    if (!known) return this.stop('damaged', `a section has the byte order mark ${hex(magic)}`);
    this.littleEndian = magic !== BYTE_ORDER_MAGIC;
    this.interfaces = [];
    return true;
  }

  /** Reads what a block says; true when it is a packet. */
  private block(type: number, body: number, length: number): boolean {
    switch (type) {
      case INTERFACE_DESCRIPTION:
        this.describe(body, length);
        return false;
      case ENHANCED_PACKET:
        return this.enhanced(body, length, false);
      case OBSOLETE_PACKET:
        return this.enhanced(body, length, true);
      case SIMPLE_PACKET:
        return this.simple(body, length);
      default:
        return false;
    }
  }

  private describe(body: number, length: number): void {
    const { littleEndian, window } = this;
    const { view } = window;
    const there = Math.min(length, MAX_OPTIONS);
    const at = window.at(body, there);
    if (length < 8 || this.interfaces.length >= MAX_INTERFACES) {
      this.stop('damaged', `interface ${this.interfaces.length} cannot be read`);
      return;
    }
    let ticks = 1e6;
    let offsetSeconds = 0;
    for (let option = at + 8; option + 4 <= at + there;) {
      const code = view.getUint16(option, littleEndian);
      const size = view.getUint16(option + 2, littleEndian);
      if (code === 0 || option + 4 + size > at + there) break;
      if (code === OPTION_TSRESOL && size >= 1) {
        const value = view.getUint8(option + 4);
        ticks = value & 0x80 ? 2 ** (value & 0x7f) : 10 ** value;
      } else if (code === OPTION_TSOFFSET && size >= 8) {
        offsetSeconds = Number(view.getBigInt64(option + 4, littleEndian));
      }
      option += 4 + size + ((4 - (size % 4)) % 4);
    }
    const linkType = view.getUint16(at, littleEndian);
    this.interfaces.push({ linkType, snaplen: view.getUint32(at + 4, littleEndian), ticks, offsetSeconds });
  }

  private enhanced(body: number, length: number, obsolete: boolean): boolean {
    const { littleEndian, window } = this;
    const { view } = window;
    if (length < 20) return this.stop('damaged', `a block of ${hex(length)} bytes is no packet`);
    const at = window.at(body, 20);
    const index = obsolete ? view.getUint16(at, littleEndian) : view.getUint32(at, littleEndian);
    const captured = view.getUint32(at + 12, littleEndian);
    const high = view.getUint32(at + 4, littleEndian);
    const low = view.getUint32(at + 8, littleEndian);
    return this.take(index, body + 20, captured, view.getUint32(at + 16, littleEndian), length - 20, high, low);
  }

  private simple(body: number, length: number): boolean {
    if (length < 4) return this.stop('damaged', `a block of ${hex(length)} bytes is no packet`);
    const original = this.window.view.getUint32(this.window.at(body, 4), this.littleEndian);
    const snaplen = this.interfaces[0]?.snaplen;
    const captured = Math.min(original, length - 4, snaplen ? snaplen : Infinity);
    return this.take(0, body + 4, captured, original, length - 4);
  }

  private take(
    index: number,
    start: number,
    captured: number,
    original: number,
    room: number,
    high?: number,
    low?: number,
  ): boolean {
    const { packet } = this;
    const source = this.interfaces[index];
    if (!source)
      return this.stop('damaged', `packet ${packet.number + 1} is of interface ${index}, which is not there`);
    if (captured > Math.min(room, MAX_PACKET)) {
      return this.stop('damaged', `packet ${packet.number + 1} has a length of ${hex(captured)} bytes`);
    }
    packet.number++;
    packet.start = start;
    packet.captured = captured;
    packet.original = Math.max(captured, original);
    packet.linkType = source.linkType;
    if (high !== undefined && low !== undefined) packet.time = this.timeOf(source, high, low);
    return true;
  }

  /** Differences to the first timestamp of the interface, which are exact, where the timestamps themselves may pass 2^53. */
  private timeOf(source: Interface, high: number, low: number): number {
    if (!source.first) {
      const absolute = (high * 2 ** 32 + low) / source.ticks + source.offsetSeconds;
      this.epoch ??= absolute;
      source.first = { high, low, time: absolute - this.epoch };
    }
    const { first } = source;
    return first.time + ((high - first.high) * 2 ** 32 + (low - first.low)) / source.ticks;
  }

  private stop(kind: PacketFileFault['kind'], message: string): false {
    this.fault ??= { kind, message, offset: this.offset };
    return false;
  }
}
