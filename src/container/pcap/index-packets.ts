/**
 * The first of the two passes over a packet capture: finds the connections in it that may belong to a migration, and where the bytes of each of
 * their streams lie. Payloads are not kept: a stream is read out of the file afterwards.
 *
 * For every segment 16 bytes are kept, and about as much for the order of arrival; see `RecordLog`.
 */
import type { Connection } from './connection.js';
import { ConnectionTable } from './connection-table.js';
import type { SeekableSource } from '../spool.js';
import { FileWindow } from './file-window.js';
import type { PacketFileFault, PacketReader } from './packet.js';
import { PcapFile } from './pcap-file.js';
import { PcapngFile } from './pcapng-file.js';
import { Overflow, RecordLog } from './record-log.js';
import { LATER_FRAGMENT, Segment, TCP_SEGMENT, UNKNOWN_LINK } from './segment.js';
import { SNIFF_SIZE } from '../sniff.js';

export interface PacketIndex {
  readonly format: PacketReader['format'];
  readonly connections: ConnectionTable;
  /** What became readable, in the order of the packets: `[stream, offset, length, time]`, with the stream as `2 × connection + side`. */
  readonly timeline: RecordLog;
  readonly packets: number;
  readonly segments: number;
  /** Parts of datagrams, which are not put together. */
  readonly fragments: number;
  /** Link types that are not known, and packets with them. */
  readonly unknownLinks: ReadonlyMap<number, number>;
  readonly fault?: PacketFileFault;
}

/** Bytes of one stream that are one entry of the timeline, and the seconds that they may span. */
const MAX_RUN = 1 << 16;
const MAX_SPAN = 0.01;
/** Packets between two looks at whether somebody else has something to do. */
const BREATH = 1 << 16;

/** The reader for a file of packets; undefined for anything else. */
export function openPackets(window: FileWindow): PacketReader | undefined {
  return PcapFile.open(window) ?? PcapngFile.open(window);
}

/** Reads all packets. `fault` of the result says where a damaged or truncated file could not be read on. */
export async function indexPackets(source: SeekableSource): Promise<PacketIndex | undefined> {
  const window = new FileWindow(source);
  const reader = openPackets(window);
  if (!reader) return undefined;
  const overflow = new Overflow();
  const connections = new ConnectionTable(window, overflow);
  const arrivals = new Timeline(overflow);
  const unknownLinks = new Map<number, number>();
  const segment = new Segment();
  const { packet } = reader;
  const grown = (connection: Connection, side: 0 | 1, before: number): void => {
    const { length } = connection.streams[side];
    arrivals.add(2 * connection.id + side, before, length - before, packet.time);
    if (before < SNIFF_SIZE && length >= SNIFF_SIZE) connection.recognise(side, source);
  };
  let segments = 0;
  let fragments = 0;
  while (reader.next()) {
    const kind = segment.read(window, packet);
    if (kind === TCP_SEGMENT) {
      segments++;
      const connection = connections.find(segment, packet.number, packet.time);
      if (!connection.other) {
        const [a, b] = connection.streams;
        const beforeA = a.length;
        const beforeB = b.length;
        connection.take(segment, connections.side, packet.number);
        if (a.length > beforeA) grown(connection, 0, beforeA);
        if (b.length > beforeB) grown(connection, 1, beforeB);
      }
    } else if (kind === LATER_FRAGMENT) fragments++;
    else if (kind === UNKNOWN_LINK) unknownLinks.set(packet.linkType, (unknownLinks.get(packet.linkType) ?? 0) + 1);
    if (packet.number % BREATH === 0) await new Promise(setImmediate);
  }
  for (const connection of connections.all) {
    if (connection.other) continue;
    for (const side of [0, 1] as const) {
      const stream = connection.streams[side];
      const offset = stream.length;
      stream.finish();
      arrivals.add(2 * connection.id + side, offset, stream.length - offset, packet.time);
    }
    for (const side of [0, 1] as const) connection.recognise(side, source);
  }
  arrivals.flush();
  return {
    format: reader.format,
    connections,
    timeline: arrivals.log,
    packets: packet.number,
    segments,
    fragments,
    unknownLinks,
    ...(reader.fault && { fault: reader.fault }),
  };
}

/** Joins what one stream says in a row. */
class Timeline {
  readonly log: RecordLog;
  private stream = -1;
  private offset = 0;
  private length = 0;
  private time = 0;

  constructor(overflow: Overflow) {
    this.log = new RecordLog(4, overflow);
  }

  add(stream: number, offset: number, length: number, time: number): void {
    if (stream === this.stream && this.length < MAX_RUN && time - this.time < MAX_SPAN) {
      this.length += length;
      return;
    }
    this.flush();
    this.stream = stream;
    this.offset = offset;
    this.length = length;
    this.time = time;
  }

  flush(): void {
    if (this.length > 0) this.log.push(this.stream, this.offset, this.length, this.time);
    this.length = 0;
  }
}
