/** Builds packet captures: TCP segments in IP datagrams on any link layer, in pcap or pcapng. */

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

export interface BuiltSegment {
  readonly from?: string;
  readonly to?: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledged?: number;
  readonly flags?: number;
  readonly payload?: Uint8Array;
}

/** A packet as it stands in a file: what was on the wire, and how much of it was kept. */
export interface BuiltPacket {
  readonly bytes: Buffer;
  readonly original?: number;
  /** Seconds. */
  readonly time?: number;
  readonly interface?: number;
}

const address = (text: string): Buffer => {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number));
  const [head = '', tail = ''] = text.split('::');
  const words = (part: string): number[] => (part === '' ? [] : part.split(':').map((word) => parseInt(word, 16)));
  const [front, back] = [words(head), words(tail)];
  const all = [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
};

/** The TCP segment alone. */
export function tcp({ sourcePort, destinationPort, sequence, acknowledged, flags, payload }: BuiltSegment): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt16BE(sourcePort, 0);
  header.writeUInt16BE(destinationPort, 2);
  header.writeUInt32BE(sequence >>> 0, 4);
  header.writeUInt32BE((acknowledged ?? 0) >>> 0, 8);
  // 12 bytes of options, as with timestamps.
  header[12] = 8 << 4;
  header[13] = flags ?? (acknowledged === undefined ? 0 : ACK);
  return Buffer.concat([header, payload ?? Buffer.alloc(0)]);
}

export interface IpOptions {
  /** What the length field says, where that is not the length. */
  readonly length?: number;
  /** Flags and offset of a fragment. */
  readonly fragment?: number;
  /** Extension headers of IPv6 as pairs of number and bytes. */
  readonly extensions?: readonly (readonly [number, Buffer])[];
  readonly protocol?: number;
}

export function ipv4(segment: BuiltSegment, { length, fragment = 0, protocol = 6 }: IpOptions = {}): Buffer {
  const body = tcp(segment);
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(length ?? 20 + body.length, 2);
  header.writeUInt16BE(fragment, 6);
  header[9] = protocol;
  address(segment.from ?? '10.0.0.1').copy(header, 12);
  address(segment.to ?? '10.0.0.2').copy(header, 16);
  return Buffer.concat([header, body]);
}

export function ipv6(segment: BuiltSegment, { length, extensions = [], protocol = 6 }: IpOptions = {}): Buffer {
  const body = tcp(segment);
  const numbers = [...extensions.map(([number]) => number), protocol];
  const chain = extensions.map(([, bytes], i) => {
    const copy = Buffer.from(bytes);
    copy[0] = numbers[i + 1]!;
    return copy;
  });
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  const inside = Buffer.concat([...chain, body]);
  header.writeUInt16BE(length ?? inside.length, 4);
  header[6] = numbers[0]!;
  address(segment.from ?? 'fd00::1').copy(header, 8);
  address(segment.to ?? 'fd00::2').copy(header, 24);
  return Buffer.concat([header, inside]);
}

const isV6 = (ip: Buffer): boolean => ip[0]! >> 4 === 6;
const etherType = (ip: Buffer): Buffer => Buffer.from(isV6(ip) ? '86dd' : '0800', 'hex');

/** Link layers by the number that a file gives them. */
export const LINKS: Readonly<Record<string, { readonly type: number; readonly wrap: (ip: Buffer) => Buffer }>> = {
  Ethernet: { type: 1, wrap: (ip) => Buffer.concat([Buffer.alloc(12, 2), etherType(ip), ip]) },
  'Ethernet, VLAN': {
    type: 1,
    wrap: (ip) => Buffer.concat([Buffer.alloc(12, 2), Buffer.from('81000064', 'hex'), etherType(ip), ip]),
  },
  'Ethernet, stacked VLAN': {
    type: 1,
    wrap: (ip) => Buffer.concat([Buffer.alloc(12, 2), Buffer.from('88a8000a81000064', 'hex'), etherType(ip), ip]),
  },
  'Ethernet, padded': {
    type: 1,
    wrap: (ip) => Buffer.concat([Buffer.alloc(12, 2), etherType(ip), ip, Buffer.alloc(18)]),
  },
  'BSD loopback, little-endian': {
    type: 0,
    wrap: (ip) => Buffer.concat([Buffer.from(isV6(ip) ? '1e000000' : '02000000', 'hex'), ip]),
  },
  'BSD loopback, big-endian': {
    type: 0,
    wrap: (ip) => Buffer.concat([Buffer.from(isV6(ip) ? '0000001c' : '00000002', 'hex'), ip]),
  },
  'OpenBSD loopback': {
    type: 108,
    wrap: (ip) => Buffer.concat([Buffer.from(isV6(ip) ? '00000018' : '00000002', 'hex'), ip]),
  },
  'raw IP': { type: 101, wrap: (ip) => ip },
  'raw IP, BSD': { type: 12, wrap: (ip) => ip },
  'raw IP, OpenBSD': { type: 14, wrap: (ip) => ip },
  'Linux cooked': { type: 113, wrap: (ip) => Buffer.concat([Buffer.alloc(14), etherType(ip), ip]) },
  'Linux cooked, VLAN': {
    type: 113,
    wrap: (ip) => Buffer.concat([Buffer.alloc(14), Buffer.from('81000064', 'hex'), etherType(ip), ip]),
  },
  'Linux cooked v2': { type: 276, wrap: (ip) => Buffer.concat([etherType(ip), Buffer.alloc(18), ip]) },
  'Linux cooked v2, VLAN': {
    type: 276,
    wrap: (ip) =>
      Buffer.concat([Buffer.from('8100', 'hex'), Buffer.alloc(18), Buffer.from('0064', 'hex'), etherType(ip), ip]),
  },
};

export interface PcapOptions {
  readonly linkType?: number;
  readonly littleEndian?: boolean;
  readonly nanoseconds?: boolean;
}

export function pcap(packets: readonly BuiltPacket[], options: PcapOptions = {}): Buffer {
  const { linkType = 1, littleEndian = true, nanoseconds = false } = options;
  const write = writer(littleEndian);
  const header = Buffer.alloc(24);
  write(header, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0, 4);
  write(header, 2, 4, 2);
  write(header, 4, 6, 2);
  write(header, 262_144, 16, 4);
  write(header, linkType, 20, 4);
  const records = packets.flatMap(({ bytes, original, time = 0 }) => {
    const record = Buffer.alloc(16);
    write(record, Math.floor(time), 0, 4);
    write(record, Math.round((time % 1) * (nanoseconds ? 1e9 : 1e6)), 4, 4);
    write(record, bytes.length, 8, 4);
    write(record, original ?? bytes.length, 12, 4);
    return [record, bytes];
  });
  return Buffer.concat([header, ...records]);
}

export interface BuiltInterface {
  readonly linkType: number;
  readonly snaplen?: number;
  readonly tsresol?: number;
  /** Seconds that are added to all timestamps. */
  readonly tsoffset?: bigint;
}

/** The blocks of one section of pcapng. */
export function pcapng(littleEndian = true) {
  const write = writer(littleEndian);
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    write(bytes, value, 0, 4);
    return bytes;
  };
  const pad = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const block = (type: number, ...body: readonly Buffer[]): Buffer => {
    const inside = pad(Buffer.concat(body));
    const length = word(inside.length + 12);
    return Buffer.concat([word(type), length, inside, length]);
  };
  const option = (code: number, bytes: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    write(head, code, 0, 2);
    write(head, bytes.length, 2, 2);
    return Buffer.concat([head, pad(bytes)]);
  };
  const half = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    write(bytes, value, 0, 2);
    return bytes;
  };
  const big = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    if (littleEndian) bytes.writeBigInt64LE(value);
    else bytes.writeBigInt64BE(value);
    return bytes;
  };
  const ticks = (value: bigint): Buffer =>
    Buffer.concat([word(Number(value >> 32n)), word(Number(value & 0xffffffffn))]);
  return {
    block,
    section: (): Buffer => block(0x0a0d0d0a, word(0x1a2b3c4d), half(1), half(0), Buffer.alloc(8, 0xff)),
    interface: ({ linkType, snaplen = 0, tsresol, tsoffset }: BuiltInterface): Buffer =>
      block(
        1,
        half(linkType),
        half(0),
        word(snaplen),
        option(1, Buffer.from('a comment')),
        ...(tsresol === undefined ? [] : [option(9, Buffer.from([tsresol]))]),
        ...(tsoffset === undefined ? [] : [option(14, big(tsoffset))]),
        option(0, Buffer.alloc(0)),
      ),
    enhanced: ({ bytes, original, interface: id = 0 }: BuiltPacket, time = 0n): Buffer =>
      block(
        6,
        word(id),
        ticks(time),
        word(bytes.length),
        word(original ?? bytes.length),
        pad(bytes),
        option(0, Buffer.alloc(0)),
      ),
    obsolete: ({ bytes, original, interface: id = 0 }: BuiltPacket, time = 0n): Buffer =>
      block(2, half(id), half(0), ticks(time), word(bytes.length), word(original ?? bytes.length), pad(bytes)),
    simple: ({ bytes, original }: BuiltPacket): Buffer => block(3, word(original ?? bytes.length), bytes),
  };
}

function writer(littleEndian: boolean): (into: Buffer, value: number, at: number, size: number) => void {
  return (into, value, at, size) => {
    if (littleEndian) into.writeUIntLE(value, at, size);
    else into.writeUIntBE(value, at, size);
  };
}

/** A TCP connection whose segments are made one by one, on Ethernet. */
export class Conversation {
  readonly packets: BuiltPacket[] = [];
  sent = 0;
  answered = 0;

  constructor(
    readonly ports: readonly [client: number, server: number],
    private readonly clock: { time: number } = { time: 0 },
    private readonly start: readonly [client: number, server: number] = [1000, 5000],
    private readonly ends: readonly [client: string, server: string] = ['10.0.0.1', '10.0.0.2'],
  ) {}

  /** A segment at an offset of the client's stream. */
  segment(offset: number, payload: Uint8Array, flags = ACK): BuiltPacket {
    const [sourcePort, destinationPort] = this.ports;
    const [from, to] = this.ends;
    const sequence = (this.start[0] + 1 + offset) % 2 ** 32;
    const acknowledged = (this.start[1] + 1 + this.answered) % 2 ** 32;
    return this.packet({ from, to, sourcePort, destinationPort, sequence, acknowledged, flags, payload });
  }

  /** A segment at an offset of the server's stream. */
  answer(offset: number, payload: Uint8Array, flags = ACK, acknowledged = this.sent): BuiltPacket {
    const [destinationPort, sourcePort] = this.ports;
    const [to, from] = this.ends;
    const sequence = (this.start[1] + 1 + offset) % 2 ** 32;
    return this.packet({
      ...{ from, to, sourcePort, destinationPort, sequence, flags, payload },
      acknowledged: (this.start[0] + 1 + acknowledged) % 2 ** 32,
    });
  }

  open(): this {
    const [client] = this.start;
    const [sourcePort, destinationPort] = this.ports;
    const [from, to] = this.ends;
    this.packets.push(this.packet({ from, to, sourcePort, destinationPort, sequence: client, flags: SYN }));
    this.packets.push(this.answer(-1, Buffer.alloc(0), SYN | ACK, 0));
    this.packets.push(this.segment(0, Buffer.alloc(0)));
    return this;
  }

  /** The client sends all of this, in segments of this size. */
  send(bytes: Uint8Array, size = 1448): this {
    for (let at = 0; at < bytes.length; at += size) {
      const payload = bytes.subarray(at, at + size);
      this.packets.push(this.segment(this.sent, payload));
      this.sent += payload.length;
      this.packets.push(this.answer(this.answered, Buffer.alloc(0)));
    }
    return this;
  }

  /** The server does. */
  reply(bytes: Uint8Array): this {
    this.packets.push(this.answer(this.answered, bytes));
    this.answered += bytes.length;
    return this;
  }

  close(): this {
    this.packets.push(this.segment(this.sent, Buffer.alloc(0), FIN | ACK));
    this.packets.push(this.answer(this.answered, Buffer.alloc(0), FIN | ACK, this.sent + 1));
    return this;
  }

  private packet(segment: BuiltSegment): BuiltPacket {
    this.clock.time += 0.001;
    return { bytes: LINKS.Ethernet!.wrap(ipv4(segment)), time: this.clock.time };
  }
}
