/** The TCP connections of a packet capture: who talks to whom, which connection a segment belongs to, and what its first bytes are. */
import { isIPv6 } from 'node:net';
import { type Sniffed, sniff, SNIFF_SIZE } from '../sniff.js';
import type { SeekableSource } from '../spool.js';
import type { Overflow } from './record-log.js';
import { FLAG_ACK, FLAG_FIN, FLAG_RST, FLAG_SYN, type Segment } from './segment.js';
import { StreamSource } from './stream-source.js';
import { TcpStream } from './tcp-stream.js';

export interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

/** `address:port`, as people write it. */
export function endpointText({ address, port }: Endpoint): string {
  if (address.length === 4) return `${address.join('.')}:${port}`;
  const words = Array.from({ length: 8 }, (_, i) => ((address[2 * i]! << 8) | address[2 * i + 1]!).toString(16));
  const text = words.join(':');
  // The URL parser knows the short form.
  const short = isIPv6(text) ? new URL(`http://[${text}]`).hostname : `[${text}]`;
  return `${short}:${port}`;
}

export const sameAddress = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** One connection. Its two streams are told apart by who sent the packet that was seen first. */
export class Connection {
  readonly streams: readonly [TcpStream, TcpStream];
  /** Which of the two ends opened it, where that was seen. */
  opener: 0 | 1 | undefined;
  /** Set for what is no connection of a migration; its bytes are not kept. */
  other = false;
  /** What the first bytes of each direction are, as soon as there are enough of them. */
  readonly first: [Sniffed | 'nothing known' | undefined, Sniffed | 'nothing known' | undefined] = [
    undefined,
    undefined,
  ];
  /** The next connection with the same hash. */
  next: Connection | undefined;

  constructor(
    readonly id: number,
    readonly ends: readonly [Endpoint, Endpoint],
    readonly hash: number,
    /** The packet with which it was first seen, and when that was. */
    readonly packet: number,
    readonly time: number,
    overflow: Overflow,
  ) {
    this.streams = [new TcpStream(overflow), new TcpStream(overflow)];
  }

  /** A connection that takes the place of this one: both ends are the same, and somebody opens it anew. */
  isReplacedBy(segment: Segment, side: 0 | 1): boolean {
    if (!(segment.flags & FLAG_SYN) || segment.flags & FLAG_ACK) return false;
    const stream = this.streams[side];
    return stream.started && !stream.startedAt(segment.sequence + 1);
  }

  /** Takes a segment that one side sent. */
  take(segment: Segment, side: 0 | 1, packet: number): void {
    const { flags, sequence, acknowledged, length } = segment;
    const stream = this.streams[side];
    const back = this.streams[side === 0 ? 1 : 0];
    if (flags & FLAG_SYN) {
      this.opener ??= flags & FLAG_ACK ? (side === 0 ? 1 : 0) : side;
      stream.start(sequence + 1);
      if (flags & FLAG_ACK) back.start(acknowledged);
    } else if (!stream.started && !(flags & FLAG_RST)) stream.suggest(sequence);
    if (flags & FLAG_ACK) back.acknowledge(acknowledged);
    if (flags & (FLAG_FIN | FLAG_RST)) stream.closed = true;
    if (length > 0) stream.segment(segment, packet);
  }

  /** Looks at the first bytes of a direction, when it has enough of them or no more will come. */
  recognise(side: 0 | 1, file: SeekableSource): void {
    const stream = this.streams[side];
    if (this.first[side] !== undefined || stream.length === 0) return;
    const head = new Uint8Array(Math.min(SNIFF_SIZE, stream.length));
    new StreamSource(file, stream, '').readAt(head, 0);
    this.first[side] = sniff(head) ?? 'nothing known';
    this.other = this.first.every((first) => first === undefined || !isRole(first)) && this.isDecided();
    if (this.other) for (const one of this.streams) one.pieces.clear();
  }

  /** False for what is something else, or has closed without a byte. */
  mayMatter(): boolean {
    const [a, b] = this.streams;
    return !this.other && !(a.closed && b.closed && a.length + b.length === 0);
  }

  /** A connection whose opener says nothing that is known is none of a migration; where the opener was not seen, both have to be known. */
  private isDecided(): boolean {
    return this.opener === undefined ? !this.first.includes(undefined) : this.first[this.opener] !== undefined;
  }
}

export function isRole(first: Connection['first'][0]): first is Extract<Sniffed, { role: unknown }> {
  return typeof first === 'object' && 'role' in first;
}
