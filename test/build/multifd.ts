/** Builds the bytes of multifd channels. Everything that a packet says can be said wrong. */
import { constants, createDeflate } from 'node:zlib';

const MAGIC = 0x11223344;

export interface Head {
  readonly magic?: number;
  readonly version?: number;
}

function head(size: number, { magic = MAGIC, version = 1 }: Head): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(magic, 0);
  bytes.writeUInt32BE(version, 4);
  return bytes;
}

export function initialPacket(options: Head & { readonly id?: number; readonly uuid?: string } = {}): Buffer {
  const bytes = head(64, options);
  bytes.write(options.uuid ?? '', 8, 'hex');
  bytes.writeUInt8(options.id ?? 0, 24);
  return bytes;
}

export interface RamPacket extends Head {
  readonly flags?: number;
  readonly pageSize?: number;
  readonly num?: number;
  readonly block?: string;
  /** Offsets of the pages. */
  readonly normal?: readonly number[];
  readonly zero?: readonly number[];
  /** What follows the header; the pages of `normal` as `page` makes them, where it is left out. */
  readonly payload?: Uint8Array;
  readonly pagesAlloc?: number;
  readonly normalPages?: number;
  readonly zeroPages?: number;
  readonly nextPacketSize?: number;
}

/** A page whose bytes depend on where it is, and compress well. */
export function page(offset: number, size = 0x1000): Buffer {
  return Buffer.alloc(size, `page at ${offset.toString(16)}, `);
}

export function pagesOf(offsets: readonly number[], size = 0x1000): Buffer {
  return Buffer.concat(offsets.map((offset) => page(offset, size)));
}

export function ramPacket(options: RamPacket = {}): Buffer {
  const { flags = 0, pageSize = 0x1000, num = 0, normal = [], zero = [] } = options;
  const pageCount = 0x80000 / pageSize;
  const payload = options.payload ?? pagesOf(normal, pageSize);
  const bytes = head(320 + 8 * pageCount, options);
  const pages = normal.length + zero.length;
  bytes.writeUInt32BE(flags, 8);
  bytes.writeUInt32BE(options.pagesAlloc ?? (pages > 0 ? pageCount : 0), 12);
  bytes.writeUInt32BE(options.normalPages ?? normal.length, 16);
  bytes.writeUInt32BE(options.nextPacketSize ?? payload.length, 20);
  bytes.writeBigUInt64BE(BigInt(num), 24);
  bytes.writeUInt32BE(options.zeroPages ?? zero.length, 32);
  bytes.write(options.block ?? (pages > 0 ? 'pc.ram' : ''), 64, 256, 'latin1');
  [...normal, ...zero].forEach((offset, i) => bytes.writeBigUInt64BE(BigInt(offset), 320 + 8 * i));
  return Buffer.concat([bytes, payload]);
}

/** A SYNC packet as 9.2 and later write it. */
export function syncPacket(num: number, options: RamPacket = {}): Buffer {
  return ramPacket({ flags: 1, num, ...options });
}

export interface DevicePacket extends Head {
  readonly flags?: number;
  readonly idstr?: string;
  readonly instance?: number;
  readonly nextPacketSize?: number;
  readonly payload?: Uint8Array;
}

export function devicePacket(options: DevicePacket = {}): Buffer {
  const bytes = head(276, options);
  const payload = options.payload ?? vfioPayload(0, Buffer.from('state'));
  bytes.writeUInt32BE(options.flags ?? 0x40, 8);
  bytes.write(options.idstr ?? '0000:00:02.0/vfio', 12, 256, 'latin1');
  bytes.writeUInt32BE(options.instance ?? 0, 268);
  bytes.writeUInt32BE(options.nextPacketSize ?? payload.length, 272);
  return Buffer.concat([bytes, payload]);
}

export function vfioPayload(index: number, data: Uint8Array, flags = 0, version = 0): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(version, 0);
  bytes.writeUInt32BE(index, 4);
  bytes.writeUInt32BE(flags, 8);
  return Buffer.concat([bytes, data]);
}

/** The payloads of a zlib stream that is flushed behind each part and never ended. */
export async function zlibPayloads(parts: readonly Uint8Array[], level = 1): Promise<Buffer[]> {
  const deflate = createDeflate({ level });
  let pieces: Buffer[] = [];
  deflate.on('data', (piece: Buffer) => pieces.push(piece));
  const payloads: Buffer[] = [];
  for (const part of parts) {
    deflate.write(part);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    payloads.push(Buffer.concat(pieces));
    pieces = [];
  }
  deflate.destroy();
  return payloads;
}

/** The container of QPL and UADK. */
export function withLengths(blobs: readonly Uint8Array[]): Buffer {
  const lengths = Buffer.alloc(4 * blobs.length);
  blobs.forEach((blob, i) => lengths.writeUInt32BE(blob.length, 4 * i));
  return Buffer.concat([lengths, ...blobs]);
}
