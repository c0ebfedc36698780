/** A stream of a packet capture as a source of bytes: read out of the packets, in the order of the stream. */
import { readBuffer } from '../../bytes/read-buffer.js';
import type { ByteSource, SourceFault } from '../../bytes/source.js';
import type { SeekableSource } from '../spool.js';
import type { RecordReader } from './record-log.js';
import { NOWHERE, type TcpStream } from './tcp-stream.js';

/** The part of the file that is read at once when payloads lie close together. */
const WINDOW = 1 << 20;
/** A part of the file is read at once when at least one byte in four of it is wanted. */
const DENSE = 4;
/** Payloads from this size on are read where they are wanted. */
const LARGE = 16_384;

export class StreamSource implements ByteSource {
  readonly size: number;
  readonly faults: readonly SourceFault[];
  private position = 0;
  private readonly pieces: RecordReader;
  private readonly count: number;
  private readonly streamLength: number;
  /** The piece that holds `position`. */
  private piece = 0;
  private window: Buffer | undefined;

  /** Reads the first `size` bytes of the stream. */
  constructor(
    private readonly packets: SeekableSource,
    stream: TcpStream,
    readonly name: string,
    size = stream.length,
  ) {
    this.size = size;
    this.pieces = stream.pieces.reader();
    this.count = stream.pieces.length;
    this.streamLength = stream.length;
    this.faults = holesOf(stream, size);
  }

  read(into: Uint8Array): number {
    let got = 0;
    const wanted = Math.min(into.length, this.size - this.position);
    while (got < wanted) {
      const part = this.run(into.subarray(got, wanted));
      if (part === 0) break;
      got += part;
    }
    return got;
  }

  readAt(into: Uint8Array, offset: number): number {
    const { position, piece } = this;
    this.seek(offset);
    const got = this.read(into);
    this.position = position;
    this.piece = piece;
    return got;
  }

  seek(offset: number): void {
    this.position = Math.min(offset, this.size);
    this.piece = Math.max(0, this.pieces.find(this.position));
  }

  /** The file stays open for the other streams. */
  close(): void {
    this.window = undefined;
  }

  /** Where a piece ends in the stream. */
  private endOf(piece: number): number {
    return piece + 1 < this.count ? this.pieces.get(piece + 1, 0) : this.streamLength;
  }

  /** Fills `into` with pieces that lie close together in the file, or with one piece; returns how much that was. */
  private run(into: Uint8Array): number {
    const { pieces } = this;
    while (this.piece < this.count && this.endOf(this.piece) <= this.position) this.piece++;
    const begin = pieces.get(this.piece, 0);
    const place = pieces.get(this.piece, 1);
    const first = Math.min(into.length, this.endOf(this.piece) - this.position);
    if (place === NOWHERE) {
      into.fill(0, 0, first);
      this.position += first;
      return first;
    }
    const from = place + (this.position - begin);
    let wanted = first;
    let until = from + first;
    let last = this.piece;
    while (first < LARGE && wanted < into.length && last + 1 < this.count) {
      const next = pieces.get(last + 1, 1);
      if (next < until || next - from > WINDOW) break;
      const length = Math.min(into.length - wanted, this.endOf(last + 1) - pieces.get(last + 1, 0));
      if (next + length - from > Math.min(WINDOW, (wanted + length) * DENSE)) break;
      wanted += length;
      until = next + length;
      last++;
    }
    if (last === this.piece) {
      const got = this.packets.readAt(into.subarray(0, first), from);
      this.position += got;
      return got;
    }
    return this.gather(into, from, until, last);
  }

  /** Copies the payloads of the pieces up to `last` out of one part of the file. */
  private gather(into: Uint8Array, from: number, until: number, last: number): number {
    this.window ??= readBuffer(WINDOW);
    const { pieces, window } = this;
    const loaded = this.packets.readAt(window.subarray(0, until - from), from);
    let got = 0;
    for (let piece = this.piece; piece <= last; piece++) {
      const begin = pieces.get(piece, 0);
      const at = pieces.get(piece, 1) + (this.position - begin) - from;
      const length = Math.min(into.length - got, this.endOf(piece) - this.position, loaded - at);
      if (length <= 0) break;
      window.copy(into, got, at, at + length);
      got += length;
      this.position += length;
      this.piece = piece;
    }
    return got;
  }
}

/** Holes that are told one by one. */
const MAX_TOLD = 16;

function holesOf({ holes, holeCount, missing, length }: TcpStream, size: number): SourceFault[] {
  const faults: SourceFault[] = holes.slice(0, MAX_TOLD).map(({ offset, length: lost, packet, cause }) => ({
    rule: 'pcap-hole',
    message:
      cause === 'lost'
        ? `${lost} bytes were not captured before packet ${packet}`
        : `${lost} bytes of packet ${packet} were not kept by the capture`,
    offset,
    length: lost,
  }));
  if (size < length) {
    const share = `${missing} of ${length} bytes`;
    return [{ ...faults[0]!, message: `${faults[0]!.message}; the channel ends here, since ${share} are missing` }];
  }
  const rest = holeCount - faults.length;
  if (rest === 0) return faults;
  const last = faults[faults.length - 1]!;
  const message = `${rest} more holes follow, ${missing} bytes are missing in all`;
  return [...faults, { rule: 'pcap-hole', message, offset: last.offset + (last.length ?? 0) }];
}
