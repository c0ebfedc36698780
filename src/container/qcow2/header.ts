/**
 * The header of a qcow2 image, big-endian.
 *
 *      0  4  magic: QFI fb
 *      4  4  version: 2 or 3
 *      8 12  backing file name: offset (8), size (4)
 *     20  4  cluster bits: 9 to 21
 *     24  8  size of the disk
 *     32  4  encryption: 0 none, 1 AES, 2 LUKS
 *     36  4  entries of the L1 table
 *     40  8  offset of the L1 table
 *     48 12  refcount table: offset (8), clusters (4)
 *     60  4  number of snapshots
 *     64  8  offset of the snapshot table
 *     72  8  from version 3: incompatible features
 *     80 16  compatible, autoclear features
 *     96  4  refcount order
 *    100  4  header length
 *    104  1  where the header is that long: compression of clusters, 0 deflate, 1 zstd
 *
 * Document: docs/interop/qcow2.txt of QEMU; reader: `qcow2_do_open` (block/qcow2.c).
 */
import { printable } from '../../bytes/cursor.js';
import { layout } from '../../bytes/layout.js';
import type { ByteSource } from '../../bytes/source.js';
import { InputError } from '../../finding.js';

const HEADER = layout('qcow2 header', [
  ['magic', 'u32'],
  ['version', 'u32'],
  ['backingFileOffset', 'u64'],
  ['backingFileSize', 'u32'],
  ['clusterBits', 'u32'],
  ['size', 'u64'],
  ['cryptMethod', 'u32'],
  ['l1Size', 'u32'],
  ['l1TableOffset', 'u64'],
  ['refcountTableOffset', 'u64'],
  ['refcountTableClusters', 'u32'],
  ['snapshots', 'u32'],
  ['snapshotsOffset', 'u64'],
]);
/** What version 3 adds, up to the compression type. */
const HEADER_V3 = layout('qcow2 header of version 3', [
  ['incompatible', 'u64'],
  ['compatible', 'u64'],
  ['autoclear', 'u64'],
  ['refcountOrder', 'u32'],
  ['headerLength', 'u32'],
  ['compressionType', 'u8'],
]);

const INCOMPATIBLE_DIRTY = 1n << 0n;
const INCOMPATIBLE_CORRUPT = 1n << 1n;
const INCOMPATIBLE_DATA_FILE = 1n << 2n;
const INCOMPATIBLE_COMPRESSION = 1n << 3n;
const INCOMPATIBLE_EXTENDED_L2 = 1n << 4n;
const KNOWN_FEATURES =
  INCOMPATIBLE_DIRTY |
  INCOMPATIBLE_CORRUPT |
  INCOMPATIBLE_DATA_FILE |
  INCOMPATIBLE_COMPRESSION |
  INCOMPATIBLE_EXTENDED_L2;

const COMPRESSIONS = ['deflate', 'zstd'] as const;
/** The longest name of a backing file that QEMU takes. */
const MAX_BACKING_NAME = 1023;
const ENCRYPTIONS = ['', 'AES', 'LUKS'];

export interface Qcow2Header {
  readonly version: number;
  readonly clusterBits: number;
  readonly clusterSize: number;
  /** Bytes of the guest's disk. */
  readonly diskSize: bigint;
  readonly snapshots: number;
  readonly snapshotsOffset: bigint;
  readonly compression: (typeof COMPRESSIONS)[number];
  /** Sixteen bytes an entry of an L2 table, and 32 subclusters a cluster. */
  readonly extendedL2: boolean;
  /** The disk's data lies in a file of its own: such an image cannot have snapshots. */
  readonly dataFile: boolean;
  readonly encryption?: string;
  readonly backingFile?: string;
}

/**
 * Reads the header.
 *
 * @throws InputError when it is none that can be read
 */
export function readQcow2Header(source: ByteSource): Qcow2Header {
  const { name } = source;
  const bytes = Buffer.alloc(HEADER.size + HEADER_V3.size);
  const got = source.readAt!(bytes, 0);
  if (got < HEADER.size) throw new InputError(`${name} is a qcow2 image that was cut in its header`);
  const header = HEADER.parse(bytes.subarray(0, HEADER.size), 0);
  const { version, clusterBits, cryptMethod } = header;
  if (version !== 2 && version !== 3)
    throw new InputError(`${name} is a qcow2 image of version ${version}; known are 2 and 3`);
  if (clusterBits < 9 || clusterBits > 21)
    throw new InputError(`${name} is a qcow2 image with ${clusterBits} cluster bits; there can be 9 to 21`);
  const more = version === 3 ? HEADER_V3.parse(bytes.subarray(HEADER.size), HEADER.size) : undefined;
  const incompatible = more?.incompatible ?? 0n;
  const unknown = incompatible & ~KNOWN_FEATURES;
  if (unknown !== 0n)
    throw new InputError(
      `${name} is a qcow2 image with incompatible features 0x${unknown.toString(16)} that are not known`,
    );
  const compressionType = more && more.headerLength > 104 ? more.compressionType : 0;
  const compression = COMPRESSIONS[compressionType];
  if (!compression)
    throw new InputError(`${name} is a qcow2 image with compression type ${compressionType}; known are 0 and 1`);
  const backingFile = backingFileName(source, header.backingFileOffset, header.backingFileSize);
  return {
    version,
    clusterBits,
    clusterSize: 2 ** clusterBits,
    diskSize: header.size,
    snapshots: header.snapshots,
    snapshotsOffset: header.snapshotsOffset,
    compression,
    extendedL2: (incompatible & INCOMPATIBLE_EXTENDED_L2) !== 0n,
    dataFile: (incompatible & INCOMPATIBLE_DATA_FILE) !== 0n,
    ...(cryptMethod !== 0 && { encryption: ENCRYPTIONS[cryptMethod] ?? `method ${cryptMethod}` }),
    ...(backingFile !== undefined && { backingFile }),
  };
}

function backingFileName(source: ByteSource, offset: bigint, size: number): string | undefined {
  if (offset === 0n || size > MAX_BACKING_NAME || offset >= source.size!) return undefined;
  const bytes = Buffer.alloc(size);
  return printable(bytes.subarray(0, source.readAt!(bytes, Number(offset))));
}
