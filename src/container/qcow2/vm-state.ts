/**
 * The VM state of an internal snapshot as a source that can seek.
 *
 * It lies behind the end of the guest's disk, in the address space of the snapshot's own L1 table: byte v at
 *
 *     ceil(disk size / span) * span + v,   span = cluster size * entries of an L2 table
 *
 * What is not allocated there reads as zeros; a backing file is not asked. The recorded size counts what was written, which with mapped-ram is less
 * than how far it reaches: the tables say that. Source: `qcow2_vm_state_offset` (block/qcow2.h), `qcow2_load_vmstate` (block/qcow2.c).
 */
import type { ByteSource, SourceFault } from '../../bytes/source.js';
import { hex } from '../../finding.js';
import { clusterKind, compressedExtent, hostOffset, unpackCluster } from './cluster.js';
import type { Qcow2Header } from './header.js';
import { L2Tables } from './l2-tables.js';
import type { Qcow2Snapshot } from './snapshot-table.js';

const SUBCLUSTERS = 32;
/** Bytes of holes that are read through one after another: no stream has them but mapped-ram, and there they are stepped over. */
const MAX_HOLE = 1 << 30;
const MAX_FAULTS = 16;

/** What the next bytes are. */
type RunKind = 'data' | 'hole' | 'compressed' | 'broken';

export class VmState implements ByteSource {
  readonly size: number;
  private readonly clusterSize: number;
  private readonly tables: L2Tables;
  private readonly found: SourceFault[] = [];
  /** What was wrong with the packing of the image, which is known when it is opened; no place in the VM state is known for it. */
  private readonly ofImage: readonly SourceFault[];
  private position = 0;
  /** Bytes of holes behind each other that `read` has given. */
  private hole = 0;
  // What `look` found: fields, since it is called for every few clusters.
  private runHost = 0;
  private runLength = 0;
  /** The last compressed cluster, unpacked. */
  private unpacked: { readonly at: number; readonly bytes: Uint8Array } | undefined;

  constructor(
    private readonly image: ByteSource,
    private readonly header: Qcow2Header,
    snapshot: Qcow2Snapshot,
    readonly name: string,
  ) {
    const { clusterSize } = header;
    this.clusterSize = clusterSize;
    this.ofImage = (image.faults ?? []).map((fault) => ({ ...fault, offset: 0 }));
    this.tables = new L2Tables(image, header, snapshot);
    const reach = this.tables.extent();
    const recorded = Math.ceil(snapshot.vmStateSize / clusterSize) * clusterSize;
    this.size = reach > recorded ? reach : snapshot.vmStateSize;
  }

  get faults(): readonly SourceFault[] {
    return this.ofImage.length === 0 ? this.found : [...this.ofImage, ...this.found];
  }

  read(into: Uint8Array): number {
    const got = this.readAt(into, this.position);
    this.position += got;
    return got;
  }

  seek(offset: number): void {
    this.position = offset;
    this.hole = 0;
  }

  close(): void {
    this.image.close();
  }

  readAt(into: Uint8Array, offset: number): number {
    const end = Math.min(into.length, this.size - offset);
    let done = 0;
    while (done < end) {
      const at = offset + done;
      const kind = this.look(at, end - done);
      if (kind === 'broken') break;
      const part = into.subarray(done, done + this.runLength);
      if (kind === 'hole') {
        this.hole += part.length;
        if (this.hole > MAX_HOLE) {
          this.fault(at, `nothing is there for more than ${hex(MAX_HOLE)} bytes`);
          break;
        }
        part.fill(0);
      } else {
        this.hole = 0;
        if (kind === 'compressed') {
          if (!this.readCompressed(at, part)) break;
        } else {
          const got = this.image.readAt!(part, this.runHost);
          done += got;
          if (got === part.length) continue;
          this.fault(at + got, `is cut: the file ends at ${hex(this.runHost + got)}`);
          break;
        }
      }
      done += part.length;
    }
    return Math.max(0, done);
  }

  /** Finds out how many of the next `wanted` bytes lie together, and where. */
  private look(at: number, wanted: number): RunKind {
    const { clusterSize, tables, image } = this;
    const error = tables.load(at);
    if (error !== undefined) {
      this.fault(at, error);
      return 'broken';
    }
    const within = at % clusterSize;
    if (!tables.present) {
      this.runLength = Math.min(wanted, tables.left(at));
      return 'hole';
    }
    const first = tables.index(at);
    const { view, entrySize, entries } = tables;
    const high = view.getUint32(first * entrySize);
    const low = view.getUint32(first * entrySize + 4);
    const kind = clusterKind(high, low);
    if (kind === 'compressed') {
      this.runLength = Math.min(wanted, clusterSize - within);
      return 'compressed';
    }
    if (this.header.extendedL2) return this.lookAtSubclusters(at, wanted, first * entrySize, hostOffset(high, low));
    const isData = kind === 'data';
    const host = hostOffset(high, low);
    if (isData && (host % clusterSize !== 0 || host >= image.size!)) {
      this.fault(at, `leads to ${hex(host)} of the file, where no cluster is`);
      return 'broken';
    }
    this.runHost = host + within;
    let length = clusterSize - within;
    for (let i = first + 1; length < wanted && i < entries; i++) {
      const nextHigh = view.getUint32(i * entrySize);
      const nextLow = view.getUint32(i * entrySize + 4);
      const nextKind = clusterKind(nextHigh, nextLow);
      if (isData ? nextKind !== 'data' || hostOffset(nextHigh, nextLow) !== this.runHost + length : nextKind === 'data')
        break;
      if (nextKind === 'compressed') break;
      length += clusterSize;
    }
    this.runLength = Math.min(wanted, length);
    return isData ? 'data' : 'hole';
  }

  /** The same within one cluster of an image with extended L2 entries. */
  private lookAtSubclusters(at: number, wanted: number, entry: number, host: number): RunKind {
    const { clusterSize, tables, image } = this;
    const size = clusterSize / SUBCLUSTERS;
    const within = at % clusterSize;
    const first = Math.floor(within / size);
    const allocated = tables.view.getUint32(entry + 12);
    const isData = ((allocated >>> first) & 1) === 1;
    let last = first + 1;
    while (last < SUBCLUSTERS && ((allocated >>> last) & 1) === (isData ? 1 : 0)) last++;
    this.runLength = Math.min(wanted, last * size - within);
    if (!isData) return 'hole';
    if (host === 0 || host % clusterSize !== 0 || host >= image.size!) {
      this.fault(at, `leads to ${hex(host)} of the file, where no cluster is`);
      return 'broken';
    }
    this.runHost = host + within;
    return 'data';
  }

  private readCompressed(at: number, into: Uint8Array): boolean {
    const { clusterSize, tables, image, header } = this;
    const within = at % clusterSize;
    const start = at - within;
    if (this.unpacked?.at !== start) {
      const entry = tables.index(at) * tables.entrySize;
      const high = tables.view.getUint32(entry);
      const { offset, length } = compressedExtent(high, tables.view.getUint32(entry + 4), header.clusterBits);
      const packed = Buffer.allocUnsafe(length);
      const got = offset < image.size! ? image.readAt!(packed, offset) : 0;
      const bytes = unpackCluster(packed.subarray(0, got), header.compression, clusterSize);
      if (!bytes) {
        this.fault(at, `is compressed (${header.compression}) at ${hex(offset)} of the file, and cannot be unpacked`);
        return false;
      }
      this.unpacked = { at: start, bytes };
    }
    into.set(this.unpacked!.bytes.subarray(within, within + into.length));
    return true;
  }

  private fault(offset: number, what: string): void {
    if (this.found.length >= MAX_FAULTS || this.found.some((fault) => fault.offset === offset)) return;
    this.found.push({
      rule: 'qcow2-cluster',
      message: `qcow2: the cluster of the VM state at ${hex(offset)} ${what}`,
      offset,
    });
  }
}
