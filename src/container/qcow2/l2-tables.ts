/** The L2 tables of the VM state of a snapshot: found through its L1 table, read when they are needed, the last few kept. */
import type { ByteSource } from '../../bytes/source.js';
import { hex, InputError } from '../../finding.js';
import { clusterKind, hostOffset } from './cluster.js';
import type { Qcow2Header } from './header.js';
import type { Qcow2Snapshot } from './snapshot-table.js';

const L1_ENTRY = 8;
const L2_ENTRY = 8;
const EXTENDED_L2_ENTRY = 16;
/** As QEMU bounds it (QCOW_MAX_L1_SIZE). */
const MAX_L1_BYTES = 32 << 20;
const MAX_KEPT = 4;
/** No cluster of zeros is compressed to less. */
const MIN_COMPRESSED = 16;

export class L2Tables {
  readonly entrySize: number;
  /** Entries of one table. */
  readonly entries: number;
  /** Of the table that was loaded last. */
  view: DataView = new DataView(new ArrayBuffer(0));
  /** False when there is no such table: nothing is allocated in its span. */
  present = false;

  private readonly clusterSize: number;
  /** Bytes that one table maps. */
  private readonly span: number;
  /** The part of the L1 table that maps the VM state. */
  private readonly l1: Buffer;
  private readonly kept = new Map<number, DataView>();
  private current = -1;
  /** Clusters that the tables name so far, each table once. */
  private allocated = 0;
  private readonly counted = new Set<number>();
  private readonly maxClusters: number;

  /** @throws InputError when the L1 table is not in the file, or names more tables than the file can hold */
  constructor(
    private readonly image: ByteSource,
    header: Qcow2Header,
    { l1TableOffset, l1Size, diskSize, name, id, vmStateSize }: Qcow2Snapshot,
  ) {
    const { clusterSize, extendedL2 } = header;
    this.clusterSize = clusterSize;
    this.entrySize = extendedL2 ? EXTENDED_L2_ENTRY : L2_ENTRY;
    this.entries = clusterSize / this.entrySize;
    this.span = clusterSize * this.entries;
    this.maxClusters = image.size! / MIN_COMPRESSED;
    const refuse = (what: string): InputError =>
      new InputError(`${image.name}: the L1 table of snapshot ${name || id} ${what}`);
    if (l1Size * L1_ENTRY > MAX_L1_BYTES) throw refuse(`has ${l1Size} entries; QEMU takes no more than 4194304`);
    const first = Math.ceil(diskSize / this.span);
    if (first >= l1Size && vmStateSize > 0) throw refuse('ends before the VM state begins');
    const start = l1TableOffset + first * L1_ENTRY;
    this.l1 = Buffer.alloc((l1Size - first) * L1_ENTRY);
    if (l1TableOffset % clusterSize !== 0 || start > image.size! || image.readAt!(this.l1, start) < this.l1.length)
      throw refuse(
        `is at ${hex(l1TableOffset)} to ${hex(start + this.l1.length)}, and the file ends at ${hex(image.size!)}`,
      );
    let tables = 0;
    for (let at = 0; at < this.l1.length; at += L1_ENTRY) if (this.tableOffset(at) !== 0) tables++;
    if (tables * clusterSize > image.size!)
      throw refuse(`names ${tables} tables, more than there is room for in the file`);
  }

  /** How far the VM state reaches: the end of the last cluster that is there. 0 when the tables cannot say it. */
  extent(): number {
    for (let index = this.l1.length / L1_ENTRY - 1; index >= 0; index--) {
      if (this.tableOffset(index * L1_ENTRY) === 0) continue;
      if (this.load(index * this.span) !== undefined) return 0;
      for (let entry = this.entries - 1; entry >= 0; entry--) {
        if (this.isAllocated(entry)) return index * this.span + (entry + 1) * this.clusterSize;
      }
    }
    return 0;
  }

  /** The entry of a byte in the table that is loaded. */
  index(at: number): number {
    return Math.floor((at % this.span) / this.clusterSize);
  }

  /** Bytes from `at` to the end of the span of its table. */
  left(at: number): number {
    return this.span - (at % this.span);
  }

  /** Makes the table of a byte the current one; returns what is wrong with it. */
  load(at: number): string | undefined {
    const index = Math.floor(at / this.span);
    if (index === this.current) return undefined;
    const offset = index * L1_ENTRY < this.l1.length ? this.tableOffset(index * L1_ENTRY) : 0;
    this.present = offset !== 0;
    if (this.present) {
      const known = this.kept.get(index);
      if (!known && (offset % this.clusterSize !== 0 || offset + this.clusterSize > this.image.size!))
        return `has its L2 table at ${hex(offset)} of the file, where none can be`;
      this.view = known ?? this.read(index, offset);
      if (this.allocated > this.maxClusters)
        return 'is one of more than the file can hold: its tables lead to each other';
    }
    this.current = index;
    return undefined;
  }

  private read(index: number, offset: number): DataView {
    const [oldest] = this.kept.keys();
    const reused = this.kept.size === MAX_KEPT ? this.kept.get(oldest!) : undefined;
    if (reused) this.kept.delete(oldest!);
    const bytes = reused
      ? Buffer.from(reused.buffer, reused.byteOffset, reused.byteLength)
      : Buffer.allocUnsafeSlow(this.clusterSize);
    this.image.readAt!(bytes, offset);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.kept.set(index, this.view);
    if (!this.counted.has(index)) {
      this.counted.add(index);
      for (let entry = 0; entry < this.entries; entry++) if (this.isAllocated(entry)) this.allocated++;
    }
    return this.view;
  }

  private isAllocated(entry: number): boolean {
    const at = entry * this.entrySize;
    const kind = clusterKind(this.view.getUint32(at), this.view.getUint32(at + 4));
    return kind === 'data' || kind === 'compressed';
  }

  private tableOffset(at: number): number {
    return hostOffset(this.l1.readUInt32BE(at), this.l1.readUInt32BE(at + 4));
  }
}
