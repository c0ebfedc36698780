/** What `info` says of a qcow2 image with several snapshots. */
import { plural, size } from '../bytes/units.js';
import { visible } from '../bytes/visible.js';
import type { Qcow2Snapshot } from '../container/qcow2/snapshot-table.js';
import { table } from './table.js';

/** The document of `info --json` for such an image; docs/schema/snapshots.schema.json is its schema. */
export interface SnapshotsDocument {
  readonly schema: 'migscope/snapshots/1';
  readonly capture: string;
  readonly snapshots: readonly (Omit<Qcow2Snapshot, 'l1TableOffset' | 'l1Size' | 'vmClock' | 'icount'> & {
    /** Decimal strings: they can pass 2^53. */
    readonly vmClock: string;
    readonly icount?: string;
  })[];
}

export function snapshotsDocument(capture: string, snapshots: readonly Qcow2Snapshot[]): SnapshotsDocument {
  return {
    schema: 'migscope/snapshots/1',
    capture,
    snapshots: snapshots.map(({ id, name, date, vmClock, vmStateSize, diskSize, icount }) => ({
      id,
      name,
      date,
      vmClock: String(vmClock),
      vmStateSize,
      diskSize,
      ...(icount !== undefined && { icount: String(icount) }),
    })),
  };
}

export function snapshotsText(capture: string, snapshots: readonly Qcow2Snapshot[]): string {
  const rows = snapshots.map(({ id, name, date, vmStateSize, vmClock }) => [
    visible(id),
    visible(name),
    date.replace('T', ' ').replace(/\.\d+Z$/, ' UTC'),
    vmStateSize === 0 ? 'none' : size(vmStateSize),
    clock(vmClock),
  ]);
  return [
    `${visible(capture)}: qcow2 image with ${plural(snapshots.length, 'snapshot')}; name one: ${visible(capture)}#NAME`,
    '',
    table(['id', 'name', 'date', 'VM state', 'guest clock'], rows),
  ].join('\n');
}

/** Hours, minutes, seconds of a clock in nanoseconds. */
function clock(nanoseconds: bigint): string {
  const milliseconds = nanoseconds / 1_000_000n;
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const seconds = milliseconds / 1000n;
  const fraction = String(milliseconds % 1000n).padStart(3, '0');
  return `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}.${fraction}`;
}
