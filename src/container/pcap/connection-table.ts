/** Finds the connection that a segment belongs to. */
import { Connection, type Endpoint } from './connection.js';
import type { FileWindow } from './file-window.js';
import type { Overflow } from './record-log.js';
import type { Segment } from './segment.js';

/** Connections that are told apart at a time; of more, those that are known to be something else are forgotten. */
const MAX_CONNECTIONS = 50_000;

export class ConnectionTable {
  /** All that may belong to a migration, in the order in which they were first seen. */
  readonly all: Connection[] = [];
  /** Connections that were seen, those that were forgotten again with them. */
  seen = 0;
  /** Of the connection that was found last: which of its ends sent the segment. */
  side: 0 | 1 = 0;
  private readonly byHash = new Map<number, Connection>();
  private latest: Connection | undefined;

  constructor(
    private readonly window: FileWindow,
    private readonly overflow: Overflow,
    private readonly most = MAX_CONNECTIONS,
  ) {}

  /** The connection of a segment, new if it has to be. */
  find(segment: Segment, packet: number, time: number): Connection {
    if (this.latest && this.fits(this.latest, segment)) return this.latest;
    const hash = this.hash(segment);
    for (let one = this.byHash.get(hash); one; one = one.next) {
      if (!this.fits(one, segment)) continue;
      this.latest = one;
      return one;
    }
    if (this.all.length >= this.most) this.forgetOthers();
    const made = new Connection(this.seen++, this.ends(segment), hash, packet, time, this.overflow);
    this.all.push(made);
    this.add(made);
    this.latest = made;
    this.side = 0;
    return made;
  }

  private add(connection: Connection): void {
    connection.next = this.byHash.get(connection.hash);
    this.byHash.set(connection.hash, connection);
  }

  private fits(connection: Connection, segment: Segment): boolean {
    const { sourcePort, destinationPort } = segment;
    const [a, b] = connection.ends;
    if (a.port === sourcePort && b.port === destinationPort && this.areEnds(a, b, segment)) this.side = 0;
    else if (b.port === sourcePort && a.port === destinationPort && this.areEnds(b, a, segment)) this.side = 1;
    else return false;
    return !connection.isReplacedBy(segment, this.side);
  }

  private areEnds(source: Endpoint, destination: Endpoint, segment: Segment): boolean {
    return this.isAt(source, segment.source, segment) && this.isAt(destination, segment.destination, segment);
  }

  private isAt({ address }: Endpoint, at: number, { addressSize }: Segment): boolean {
    if (address.length !== addressSize) return false;
    const { buffer } = this.window;
    for (let i = 0; i < addressSize; i++) if (address[i] !== buffer[at + i]) return false;
    return true;
  }

  private ends({ source, destination, addressSize, sourcePort, destinationPort }: Segment): [Endpoint, Endpoint] {
    const address = (at: number): Uint8Array => Uint8Array.from(this.window.buffer.subarray(at, at + addressSize));
    return [
      { address: address(source), port: sourcePort },
      { address: address(destination), port: destinationPort },
    ];
  }

  /** The same for both directions. */
  private hash({ source, destination, addressSize, sourcePort, destinationPort }: Segment): number {
    const { view } = this.window;
    let a = sourcePort;
    let b = destinationPort;
    for (let i = 0; i < addressSize; i += 4) {
      a = Math.imul(a ^ view.getUint32(source + i), 0x9e3779b1);
      b = Math.imul(b ^ view.getUint32(destination + i), 0x9e3779b1);
    }
    return (a ^ (a >>> 15)) + (b ^ (b >>> 15));
  }

  /** Keeps what may be of a migration, and of that the newer half when it is too much. */
  private forgetOthers(): void {
    const kept = this.all.filter((connection) => connection.mayMatter());
    const some = kept.slice(-this.most / 2);
    this.all.length = 0;
    this.byHash.clear();
    this.latest = undefined;
    for (const connection of some) {
      this.all.push(connection);
      this.add(connection);
    }
  }
}
