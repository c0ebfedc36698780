import { describe, expect, it } from 'vitest';
import type { Qcow2Snapshot } from '../../src/container/qcow2/snapshot-table.js';
import { jsonDocument } from '../../src/bytes/json.js';
import { snapshotsDocument, snapshotsText } from '../../src/report/snapshots.js';
import { expectValid } from './schemas.js';

const SNAPSHOTS: readonly Qcow2Snapshot[] = [
  {
    id: '1',
    name: 'before\\x0aupdate',
    date: '2026-11-20T10:29:08.250Z',
    vmClock: 3_723_004_000_000n,
    vmStateSize: 3 << 20,
    diskSize: 1 << 30,
    icount: 2n ** 60n,
    l1TableOffset: 0,
    l1Size: 1,
  },
  {
    id: '2',
    name: 'disk',
    date: '2026-11-21T00:00:00.000Z',
    vmClock: 0n,
    vmStateSize: 0,
    diskSize: 0,
    l1TableOffset: 0,
    l1Size: 1,
  },
];

describe('the snapshots of an image', () => {
  it('are a table', () => {
    expect(snapshotsText('vm.qcow2', SNAPSHOTS).split('\n')).toEqual([
      'vm.qcow2: qcow2 image with 2 snapshots; name one: vm.qcow2#NAME',
      '',
      '  id  name              date                     VM state  guest clock',
      '   1  before\\x0aupdate  2026-11-20 10:29:08 UTC  3 MiB     01:02:03.004',
      '   2  disk              2026-11-21 00:00:00 UTC  none      00:00:00.000',
    ]);
  });

  it('are a document that its schema fits', () => {
    const document: unknown = JSON.parse(jsonDocument(snapshotsDocument('vm.qcow2', SNAPSHOTS)));
    expectValid('snapshots', document);
    expect(document).toMatchObject({
      snapshots: [{ icount: '1152921504606846976', vmClock: '3723004000000' }, { name: 'disk' }],
    });
  });
});
