/** qcow2 images with one internal snapshot, for what qemu-img does not write and for damage. */
import { join, u16, u32, u64, u8 } from './bytes.js';

export interface Qcow2Options {
  readonly clusterBits?: number;
  readonly version?: number;
  readonly extendedL2?: boolean;
  readonly compressionType?: number;
  readonly cryptMethod?: number;
  /** Further bits of the incompatible features. */
  readonly incompatible?: bigint;
  readonly backingFile?: string;
  readonly diskSize?: number;
  /** What the snapshot table says of the size of the VM state, where it is not that of the stream. */
  readonly recorded?: number;
  readonly name?: string;
  /** Bytes of extra data of the snapshot: 0, 8, 16 or 24. */
  readonly extra?: number;
  /** Compresses a cluster; undefined leaves it as it is. */
  readonly pack?: (cluster: Buffer, index: number) => Buffer | undefined;
}

export interface Qcow2Image {
  readonly bytes: Buffer;
  readonly clusterSize: number;
  /** Where things stand in the file. */
  readonly table: number;
  readonly l1: number;
  /** The L1 entry of the first L2 table of the VM state. */
  readonly l1Entry: number;
  readonly l2: number;
  readonly l2EntrySize: number;
}

/** An image whose snapshot holds the stream. Clusters of zeros are left unallocated; clusters lie in the file in order. */
export function qcow2Image(stream: Uint8Array, options: Qcow2Options = {}): Qcow2Image {
  const { clusterBits = 12, version = 3, extendedL2 = false, diskSize = 1 << 20, extra = 24, name = 'only' } = options;
  const clusterSize = 2 ** clusterBits;
  const entrySize = extendedL2 ? 16 : 8;
  const entries = clusterSize / entrySize;
  const first = Math.ceil(diskSize / (clusterSize * entries));
  const clusters = Math.ceil(stream.length / clusterSize);
  const tables = Math.max(1, Math.ceil(clusters / entries));
  const l1Size = first + tables;
  const rounded = (size: number): number => Math.ceil(size / clusterSize) * clusterSize;
  const table = rounded(512);
  const l1 = table + rounded(512);
  const l2 = l1 + rounded(l1Size * 8);
  let host = l2 + tables * clusterSize;

  const l2Bytes = Buffer.alloc(tables * clusterSize);
  const data: Buffer[] = [];
  for (let i = 0; i < clusters; i++) {
    const cluster = Buffer.alloc(clusterSize);
    cluster.set(stream.subarray(i * clusterSize, (i + 1) * clusterSize));
    const packed = options.pack?.(cluster, i);
    const at = i * entrySize;
    if (packed) {
      const x = BigInt(62 - (clusterBits - 8));
      const sectors = Math.ceil(((host % 512) + packed.length) / 512) - 1;
      l2Bytes.writeBigUInt64BE((1n << 62n) | (BigInt(sectors) << x) | BigInt(host), at);
      data.push(packed);
      host += packed.length;
    } else if (cluster.some((byte) => byte !== 0)) {
      const gap = rounded(host) - host;
      data.push(Buffer.alloc(gap), cluster);
      host += gap;
      l2Bytes.writeBigUInt64BE((1n << 63n) | BigInt(host), at);
      if (extendedL2) l2Bytes.writeUInt32BE(0xffffffff, at + 12);
      host += clusterSize;
    }
  }

  const backing = Buffer.from(options.backingFile ?? '');
  const incompatible = (extendedL2 ? 16n : 0n) | (options.compressionType ? 8n : 0n) | (options.incompatible ?? 0n);
  const header = join(
    Buffer.from('QFI\xfb', 'latin1'),
    u32(version),
    u64(backing.length > 0 ? 256 : 0),
    u32(backing.length),
    u32(clusterBits),
    u64(diskSize),
    u32(options.cryptMethod ?? 0),
    u32(l1Size),
    u64(l1),
    u64(0),
    u32(0),
    u32(1),
    u64(table),
    ...(version === 3
      ? [u64(incompatible), u64(0), u64(0), u32(4), u32(112), u8(options.compressionType ?? 0), Buffer.alloc(7)]
      : []),
  );
  const recorded = options.recorded ?? stream.length;
  const entry = join(
    u64(l1),
    u32(l1Size),
    u16(1),
    u16(Buffer.byteLength(name)),
    u32(1_700_000_000),
    u32(250_000_000),
    u64(3_723_004_000_000),
    u32(recorded),
    u32(extra),
    ...[u64(recorded), u64(diskSize), u64(-1n)].slice(0, extra / 8),
    Buffer.from(`1${name}`),
  );
  const bytes = Buffer.alloc(l2);
  bytes.set(header, 0);
  bytes.set(backing, 256);
  bytes.set(entry, table);
  for (let i = 0; i < tables; i++)
    bytes.writeBigUInt64BE((1n << 63n) | BigInt(l2 + i * clusterSize), l1 + (first + i) * 8);
  return {
    bytes: join(bytes, l2Bytes, ...data),
    clusterSize,
    table,
    l1,
    l1Entry: l1 + first * 8,
    l2,
    l2EntrySize: entrySize,
  };
}

/** A copy in which the 64-bit word at `offset` is another. */
export function withWord({ bytes }: Pick<Qcow2Image, 'bytes'>, offset: number, value: bigint): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeBigUInt64BE(BigInt.asUintN(64, value), offset);
  return copy;
}
