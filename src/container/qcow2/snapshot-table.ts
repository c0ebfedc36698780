/**
 * The snapshot table of a qcow2 image: entries one after another, each at a multiple of 8.
 *
 *      0  8  offset of the L1 table of the snapshot
 *      8  4  entries of it
 *     12  2  length of the id
 *     14  2  length of the name
 *     16  8  date: seconds since 1970 (4), nanoseconds (4)
 *     24  8  guest clock in nanoseconds
 *     32  4  size of the VM state, low half
 *     36  4  length of what follows up to the id
 *     40  8  size of the VM state, where there is as much (always, since 1.1)
 *     48  8  size of the disk, where there is as much
 *     56  8  instruction count, -1 for none, where there is as much (since 5.2)
 *      …     id, name, padding
 *
 * Document: docs/interop/qcow2.txt of QEMU; reader: `qcow2_do_read_snapshots` (block/qcow2-snapshot.c), whose bounds are kept.
 */
import { printable } from '../../bytes/cursor.js';
import { layout } from '../../bytes/layout.js';
import type { ByteSource } from '../../bytes/source.js';
import { hex, InputError } from '../../finding.js';
import type { Qcow2Header } from './header.js';

const ENTRY = layout('qcow2 snapshot', [
  ['l1TableOffset', 'u64'],
  ['l1Size', 'u32'],
  ['idLength', 'u16'],
  ['nameLength', 'u16'],
  ['seconds', 'u32'],
  ['nanoseconds', 'u32'],
  ['vmClock', 'u64'],
  ['vmStateSize', 'u32'],
  ['extraLength', 'u32'],
]);
const MAX_SNAPSHOTS = 65536;
const MAX_EXTRA = 1024;
const MAX_TABLE = 64 << 20;
/** The count that says that there is none. */
const NO_ICOUNT = 2n ** 64n - 1n;

export interface Qcow2Snapshot {
  /** Names it as well as its name does, and stays the same when others are deleted. */
  readonly id: string;
  readonly name: string;
  /** When it was made: ISO 8601. */
  readonly date: string;
  /** Nanoseconds of the guest's clock. */
  readonly vmClock: bigint;
  /** Bytes of the migration stream that were written; 0 for a snapshot of the disk alone. With mapped-ram the stream reaches further. */
  readonly vmStateSize: number;
  readonly diskSize: number;
  readonly icount?: bigint;
  readonly l1TableOffset: number;
  readonly l1Size: number;
}

/**
 * Reads the table.
 *
 * @throws InputError when QEMU would not open it either
 */
export function readSnapshotTable(source: ByteSource, header: Qcow2Header): Qcow2Snapshot[] {
  const { name } = source;
  const { snapshots, snapshotsOffset, clusterSize } = header;
  const refuse = (what: string): InputError => new InputError(`${name}: the snapshot table of the image ${what}`);
  if (snapshots > MAX_SNAPSHOTS) throw refuse(`says that it has ${snapshots} entries; there can be ${MAX_SNAPSHOTS}`);
  if (snapshots === 0) return [];
  const start = Number(snapshotsOffset);
  if (start % clusterSize !== 0 || start >= source.size!)
    throw refuse(`is at ${hex(snapshotsOffset)}, where no cluster of the file begins`);
  const found: Qcow2Snapshot[] = [];
  const fixed = Buffer.alloc(ENTRY.size);
  let at = start;
  for (let index = 0; index < snapshots; index++) {
    at = Math.ceil(at / 8) * 8;
    const cut = (): InputError => refuse(`ends at ${hex(source.size!)}, in entry ${index} of ${snapshots}`);
    if (source.readAt!(fixed, at) < fixed.length) throw cut();
    const entry = ENTRY.parse(fixed, at);
    const { extraLength, idLength, nameLength } = entry;
    if (extraLength > MAX_EXTRA)
      throw refuse(`has ${extraLength} bytes of extra data in entry ${index}; there can be ${MAX_EXTRA}`);
    if (at - start > MAX_TABLE) throw refuse(`is larger than ${MAX_TABLE} bytes`);
    const rest = Buffer.alloc(extraLength + idLength + nameLength);
    if (source.readAt!(rest, at + ENTRY.size) < rest.length) throw cut();
    const extra = (offset: number): bigint | undefined =>
      extraLength >= offset + 8 ? rest.readBigUInt64BE(offset) : undefined;
    const size = (value: bigint, what: string): number => {
      if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
      throw refuse(`has a ${what} of ${hex(value)} bytes in entry ${index}`);
    };
    const icount = extra(16);
    const text = rest.subarray(extraLength);
    found.push({
      id: printable(text.subarray(0, idLength)),
      name: printable(text.subarray(idLength)),
      date: new Date(entry.seconds * 1000 + (Math.floor(entry.nanoseconds / 1e6) % 1000)).toISOString(),
      vmClock: entry.vmClock,
      vmStateSize: size(extra(0) ?? BigInt(entry.vmStateSize), 'VM state'),
      diskSize: size(extra(8) ?? header.diskSize, 'disk'),
      ...(icount !== undefined && icount !== NO_ICOUNT && { icount }),
      // What is lost above 2^53 lies behind the end of every file.
      l1TableOffset: Number(entry.l1TableOffset),
      l1Size: entry.l1Size,
    });
    at += ENTRY.size + rest.length;
  }
  return found;
}
