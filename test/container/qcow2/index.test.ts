import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { listSnapshots, openQcow2, SnapshotChoiceError } from '../../../src/container/qcow2/index.js';
import type { OneInside } from '../../../src/container/wrapper.js';
import { noise } from '../../build/bytes.js';
import { qcow2Image } from '../../build/qcow2.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../../containers.js';

const THREE = containerFixture('qcow2-v2.qcow2.br');
const open = (bytes: Uint8Array, part?: string, seekable = true): Promise<OneInside> =>
  openQcow2(new MemorySource(bytes, 'vm.qcow2', { seekable }), part === undefined ? {} : { part });

describe('the qcow2 wrapper', () => {
  it.each(['first', 'second', '1', '2'])('opens snapshot %s, by name or by id', async (part) => {
    const { source, layers } = await open(THREE, part);
    expect(layers[0]).toMatch(/^qcow2 snapshot (first|second) \(id [12]\), 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    expectBytes(await readAll(source), plainStream());
  });

  it('opens the only snapshot without being told its name', async () => {
    const { source, layers } = await open(containerFixture('qcow2-v3.qcow2.br'));
    expect(layers[0]).toContain('snapshot only');
    expectBytes(await readAll(source), plainStream());
  });

  it('lists the snapshots when none of several was named', async () => {
    await expect(open(THREE)).rejects.toThrow(SnapshotChoiceError);
    await expect(open(THREE)).rejects.toThrow('vm.qcow2 has 3 snapshots: first, second, disk-only');
  });

  it.each([
    ['third', THREE, 'vm.qcow2 has no snapshot third; it has first, second, disk-only'],
    ['disk-only', THREE, 'disk-only is a snapshot of the disk alone'],
    [undefined, qcow2Image(noise(10), { recorded: 0 }).bytes, 'has only snapshots of the disk alone'],
    [undefined, withoutSnapshots(), 'is a qcow2 image without internal snapshots'],
    [undefined, qcow2Image(noise(10), { cryptMethod: 2 }).bytes, 'is encrypted (LUKS), and so is the VM state'],
    [undefined, qcow2Image(noise(10), { incompatible: 4n }).bytes, 'keeps its data in another file'],
  ])('says why %s cannot be had', async (part, bytes, message) => {
    await expect(open(bytes, part)).rejects.toThrow(message);
  });

  it('points to the backing file for snapshots that are not here', async () => {
    await expect(open(withoutSnapshots('base.qcow2'))).rejects.toMatchObject({
      hint: 'snapshots of its backing file are in that one: base.qcow2',
    });
  });

  it('reads images that come through a pipe, by way of a file', async () => {
    const { source } = await open(THREE, 'second', false);
    expectBytes(await readAll(source), plainStream());
    expect(source.faults).toEqual([]);
    source.close();
    await expect(open(THREE, undefined, false)).rejects.toThrow(SnapshotChoiceError);
  });

  it('hands on what was wrong with the packing of an image', async () => {
    const image = containerFixture('qcow2-v3.qcow2.br');
    const fault = { rule: 'wrapper-cut', message: 'gzip: the file ends here', offset: image.length } as const;
    const pipe = new MemorySource(image, 'vm.qcow2', { seekable: false });
    const { source } = await openQcow2(Object.assign(pipe, { faults: [fault] }), {});
    expect(source.faults).toEqual([{ ...fault, offset: 0 }]);
    source.close();
  });

  it('tells snapshots of one name apart by their ids', async () => {
    const twice = Buffer.from(THREE);
    for (let at; (at = twice.indexOf('2second')) >= 0;) twice.write('2first\0', at);
    const table = Number(twice.readBigUInt64BE(64));
    twice.writeUInt16BE(5, twice.indexOf('2first', table) - 24 - 40 + 14);
    await expect(open(twice, 'first')).rejects.toThrow('vm.qcow2 has several snapshots first');
    expect((await open(twice, '2')).layers[0]).toContain('snapshot first (id 2)');
  });
});

describe('listSnapshots', () => {
  it('gives them in the order of the table', () => {
    expect(listSnapshots(new MemorySource(THREE)).map(({ name }) => name)).toEqual(['first', 'second', 'disk-only']);
  });

  it('refuses what is no image', () => {
    expect(() => listSnapshots(new MemorySource(noise(100), 'other'))).toThrow('other is no qcow2 image');
  });
});

function withoutSnapshots(backingFile?: string): Buffer {
  const { bytes } = qcow2Image(noise(10), backingFile === undefined ? {} : { backingFile });
  bytes.writeUInt32BE(0, 60);
  return bytes;
}
