/** qcow2 images: the VM state of their internal snapshots (`savevm`, `snapshot-save`). */
import type { ByteSource } from '../../bytes/source.js';
import { InputError } from '../../finding.js';
import type { OneInside, UnwrapOptions } from '../wrapper.js';
import { QCOW2_MAGIC } from '../magic.js';
import { isSeekable, type SeekableSource, spool } from '../spool.js';
import { type Qcow2Header, readQcow2Header } from './header.js';
import { type Qcow2Snapshot, readSnapshotTable } from './snapshot-table.js';
import { VmState } from './vm-state.js';

/** There are several snapshots, and none was named. */
export class SnapshotChoiceError extends InputError {
  constructor(
    readonly image: string,
    readonly snapshots: readonly Qcow2Snapshot[],
  ) {
    super(`${image} has ${snapshots.length} snapshots: ${names(snapshots)}`, nameOne(image, snapshots));
  }
}

/**
 * The internal snapshots of a qcow2 image, in the order of its table.
 *
 * @throws InputError when it is none, or its table is damaged
 */
export function listSnapshots(source: ByteSource): readonly Qcow2Snapshot[] {
  const first = Buffer.alloc(4);
  if (!source.readAt || source.readAt(first, 0) < 4 || first.readUInt32BE(0) !== QCOW2_MAGIC)
    throw new InputError(`${source.name} is no qcow2 image`);
  return readSnapshotTable(source, readQcow2Header(source));
}

/**
 * The VM state of the snapshot that is named, or of the only one.
 *
 * @throws InputError when there is none, or it cannot be read
 */
export async function openQcow2(source: ByteSource, { part }: UnwrapOptions): Promise<OneInside> {
  const image = isSeekable(source) ? source : await spool(source, 'a qcow2 image, whose tables lead back and forth');
  try {
    return openSnapshot(image, part);
  } catch (error) {
    image.close();
    throw error;
  }
}

function openSnapshot(source: SeekableSource, part: string | undefined): OneInside {
  const { name } = source;
  const header = readQcow2Header(source);
  if (header.dataFile) {
    throw new InputError(
      `${name} is a qcow2 image that keeps its data in another file; such images have no internal snapshots`,
    );
  }
  const snapshots = readSnapshotTable(source, header);
  if (snapshots.length === 0)
    throw new InputError(`${name} is a qcow2 image without internal snapshots`, noneHint(header));
  const snapshot = choose(name, snapshots, part);
  if (header.encryption !== undefined) {
    throw new InputError(
      `${name} is encrypted (${header.encryption}), and so is the VM state in it`,
      'load the snapshot in QEMU and save it to a file from there',
    );
  }
  return { source: new VmState(source, header, snapshot, name), layers: [describe(snapshot)] };
}

function noneHint({ backingFile }: Qcow2Header): string {
  return backingFile === undefined
    ? 'a disk alone is no migration stream; snapshots of libvirt have their memory in a file of their own'
    : `snapshots of its backing file are in that one: ${backingFile}`;
}

/** The snapshot of this name, or else this id; without one the only snapshot that has a VM state. */
function choose(image: string, snapshots: readonly Qcow2Snapshot[], part: string | undefined): Qcow2Snapshot {
  const withState = snapshots.filter(hasState);
  if (part !== undefined) {
    const named = snapshots.filter(({ name }) => name === part);
    const found = named.length > 0 ? named : snapshots.filter(({ id }) => id === part);
    const [snapshot, another] = found;
    if (!snapshot)
      throw new InputError(`${image} has no snapshot ${part}; it has ${names(snapshots)}`, nameOne(image, snapshots));
    if (another) {
      const ids = found.map(({ id }) => id).join(', ');
      throw new InputError(`${image} has several snapshots ${part}`, `name one by its id: ${ids}`);
    }
    if (hasState(snapshot)) return snapshot;
    throw new InputError(`${image}: ${part} is a snapshot of the disk alone; there is no VM state in it`);
  }
  const [only, another] = withState;
  if (!only) throw new InputError(`${image} has only snapshots of the disk alone; there is no VM state in them`);
  if (!another) return only;
  throw new SnapshotChoiceError(image, snapshots);
}

const MAX_NAMES = 20;

function names(snapshots: readonly Qcow2Snapshot[]): string {
  const more = snapshots.length - MAX_NAMES;
  const some = snapshots.slice(0, MAX_NAMES).map(({ name }) => name);
  return [...some, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function nameOne(image: string, snapshots: readonly Qcow2Snapshot[]): string {
  return `name one: ${image}#${snapshots.find(hasState)?.name ?? 'NAME'}`;
}

function hasState({ vmStateSize }: Qcow2Snapshot): boolean {
  return vmStateSize > 0;
}

function describe({ name, id, date }: Qcow2Snapshot): string {
  return `qcow2 snapshot ${name} (id ${id}), ${date.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}`;
}
