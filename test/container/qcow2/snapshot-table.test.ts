import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { readQcow2Header } from '../../../src/container/qcow2/header.js';
import { type Qcow2Snapshot, readSnapshotTable } from '../../../src/container/qcow2/snapshot-table.js';
import { noise } from '../../build/bytes.js';
import { qcow2Image } from '../../build/qcow2.js';
import { containerFixture } from '../../containers.js';

function table(bytes: Uint8Array): Qcow2Snapshot[] {
  const image = new MemorySource(bytes, 'image');
  return readSnapshotTable(image, readQcow2Header(image));
}

describe('readSnapshotTable', () => {
  it('reads what qemu-img snapshot -l shows', () => {
    const found = table(containerFixture('qcow2-v2.qcow2.br'));
    expect(found.map(({ id, name, vmStateSize, diskSize }) => ({ id, name, vmStateSize, diskSize }))).toEqual([
      { id: '1', name: 'first', vmStateSize: 33519, diskSize: 1 << 20 },
      { id: '2', name: 'second', vmStateSize: 33519, diskSize: 1 << 20 },
      { id: '3', name: 'disk-only', vmStateSize: 0, diskSize: 1 << 20 },
    ]);
    for (const { date } of found) expect(date).toMatch(/^20\d\d-\d\d-\d\dT/);
    expect(found.map(({ icount }) => icount)).toEqual([undefined, undefined, 0n]);
  });

  it.each([0, 8, 16, 24])('reads entries with %d bytes of extra data', (extra) => {
    expect(table(qcow2Image(noise(100), { extra }).bytes)).toMatchObject([
      {
        id: '1',
        name: 'only',
        date: '2023-11-14T22:13:20.250Z',
        vmClock: 3_723_004_000_000n,
        vmStateSize: 100,
        diskSize: 1 << 20,
      },
    ]);
  });

  it('takes the large size of the VM state over the small one', () => {
    const { bytes, table: at } = qcow2Image(noise(100));
    bytes.writeBigUInt64BE(5n << 32n, at + 40);
    expect(table(bytes)[0]!.vmStateSize).toBe(5 * 2 ** 32);
  });

  it('makes names one line', () => {
    expect(table(qcow2Image(noise(100), { name: 'a\nb' }).bytes)[0]!.name).toBe('a\\x0ab');
  });

  it.each<[string, (bytes: Buffer, at: number) => void, string]>([
    ['too many entries', (b) => b.writeUInt32BE(65537, 60), 'says that it has 65537 entries; there can be 65536'],
    ['too few entries', (b) => b.writeUInt32BE(2000, 60), 'bytes of extra data in entry 101'],
    ['a place behind the end', (b) => b.writeBigUInt64BE(1n << 62n, 64), 'is at 0x4000000000000000, where no cluster'],
    ['a place between clusters', (b) => b.writeBigUInt64BE(4104n, 64), 'is at 0x1008, where no cluster'],
    ['much extra data', (b, at) => b.writeUInt32BE(1032, at + 36), 'has 1032 bytes of extra data in entry 0'],
    [
      'a size beyond all',
      (b, at) => b.writeBigUInt64BE(1n << 60n, at + 40),
      'has a VM state of 0x1000000000000000 bytes',
    ],
  ])('refuses a table with %s', (_what, damage, message) => {
    const { bytes, table: at } = qcow2Image(noise(100));
    damage(bytes, at);
    expect(() => table(bytes)).toThrow(message);
  });

  it('refuses a table that was cut', () => {
    const { bytes, table: at } = qcow2Image(noise(100));
    for (const more of [20, 66]) expect(() => table(bytes.subarray(0, at + more))).toThrow(/in entry 0 of 1$/);
  });
});
