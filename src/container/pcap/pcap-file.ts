/**
 * A pcap file: a header of 24 bytes, then packets. All integers are in the byte order of the machine that wrote it.
 *
 * | offset | size | field                                                                        |
 * | ------ | ---- | ---------------------------------------------------------------------------- |
 * | 0      | 4    | magic: 0xa1b2c3d4 with microseconds, 0xa1b23c4d with nanoseconds             |
 * | 4      | 4    | version: 2, 4                                                                |
 * | 16     | 4    | snaplen: the most that was kept of a packet                                  |
 * | 20     | 4    | link type, in the low 16 bits                                                |
 *
 * | offset | size | field of a packet                    |
 * | ------ | ---- | ------------------------------------ |
 * | 0      | 4    | seconds                              |
 * | 4      | 4    | microseconds or nanoseconds          |
 * | 8      | 4    | bytes in the file                    |
 * | 12     | 4    | bytes on the wire                    |
 *
 * Source: draft-ietf-opsawg-pcap.
 */
import { hex } from '../../finding.js';
import type { FileWindow } from './file-window.js';
import { MAX_PACKET, noPacket, type PacketFileFault, type PacketReader } from './packet.js';

const HEADER_SIZE = 24;
const RECORD_SIZE = 16;

/** Ticks in a second and byte order, by the first four bytes of the file as a big-endian number. */
const MAGICS: ReadonlyMap<number, readonly [ticks: number, littleEndian: boolean]> = new Map([
  [0xa1b2c3d4, [1e6, false]],
  [0xd4c3b2a1, [1e6, true]],
  [0xa1b23c4d, [1e9, false]],
  [0x4d3cb2a1, [1e9, true]],
]);

export class PcapFile implements PacketReader {
  readonly format = 'pcap';
  readonly packet = noPacket();
  fault: PacketFileFault | undefined;
  offset = HEADER_SIZE;
  private readonly ticks: number;
  private readonly littleEndian: boolean;
  private readonly size: number;
  private firstSecond = 0;
  private firstFraction = 0;

  /** The reader of a file that begins with one of the magic numbers; undefined for any other. */
  static open(window: FileWindow): PcapFile | undefined {
    const at = window.at(0, HEADER_SIZE);
    const variant = at < 0 ? undefined : MAGICS.get(window.view.getUint32(at));
    return variant && new PcapFile(window, ...variant);
  }

  private constructor(
    private readonly window: FileWindow,
    ticks: number,
    littleEndian: boolean,
  ) {
    this.ticks = ticks;
    this.littleEndian = littleEndian;
    this.size = window.source.size;
    this.packet.linkType = window.view.getUint32(window.at(0, HEADER_SIZE) + 20, littleEndian) & 0xffff;
  }

  next(): boolean {
    const { window, littleEndian, packet, offset } = this;
    const { view } = window;
    if (offset >= this.size) return false;
    const at = window.at(offset, RECORD_SIZE);
    if (at < 0) return this.stop('truncated', `the file ends inside the header of packet ${packet.number + 1}`);
    const captured = view.getUint32(at + 8, littleEndian);
    if (captured > MAX_PACKET) {
      return this.stop('damaged', `packet ${packet.number + 1} has a length of ${hex(captured)} bytes`);
    }
    const start = offset + RECORD_SIZE;
    if (start + captured > this.size) {
      return this.stop('truncated', `the file ends inside packet ${packet.number + 1}`);
    }
    const second = view.getUint32(at, littleEndian);
    const fraction = view.getUint32(at + 4, littleEndian);
    if (packet.number === 0) {
      this.firstSecond = second;
      this.firstFraction = fraction;
    }
    packet.number++;
    packet.start = start;
    packet.captured = captured;
    packet.original = Math.max(captured, view.getUint32(at + 12, littleEndian));
    packet.time = second - this.firstSecond + (fraction - this.firstFraction) / this.ticks;
    this.offset = start + captured;
    return true;
  }

  private stop(kind: PacketFileFault['kind'], message: string): false {
    this.fault ??= { kind, message, offset: this.offset };
    return false;
  }
}
