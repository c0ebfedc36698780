import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { openSource } from '../../../src/container/open.js';
import { readQcow2Header } from '../../../src/container/qcow2/header.js';
import { readSnapshotTable } from '../../../src/container/qcow2/snapshot-table.js';
import { VmState } from '../../../src/container/qcow2/vm-state.js';
import { decodeChannel } from '../../../src/stream/decode-channel.js';
import type { StreamEvent } from '../../../src/stream/events.js';
import type { PageBatch } from '../../../src/stream/page-batch.js';
import { join, noise } from '../../build/bytes.js';
import { configuration, end, eof, header, RAM, start } from '../../build/elements.js';
import { type Qcow2Image, qcow2Image, withWord } from '../../build/qcow2.js';
import { eos, mappedMemSize } from '../../build/ram.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../../containers.js';

const CLUSTER = 4096;
const STREAM = join(noise(3 * CLUSTER), Buffer.alloc(2 * CLUSTER), noise(5000, 2));
const COPIED = 1n << 63n;

function open(bytes: Uint8Array, index = 0): VmState {
  const image = new MemorySource(bytes, 'image');
  const header = readQcow2Header(image);
  return new VmState(image, header, readSnapshotTable(image, header)[index]!, 'image');
}

describe('VmState', () => {
  it.each([
    ['qcow2-v2', 0],
    ['qcow2-v2', 1],
    ['qcow2-v3', 0],
    ['qcow2-extended-l2', 0],
    ['qcow2-compressed-deflate', 0],
    ['qcow2-compressed-zstd', 0],
    ['qcow2-compressed-ext-zstd', 0],
  ])('reads the stream out of %s, snapshot %d', async (name, index) => {
    const state = open(containerFixture(`${name}.qcow2.br`), index);
    expectBytes(await readAll(state), plainStream());
    expect(state.faults).toEqual([]);
  });

  it.each([
    ['version 2', { version: 2 }],
    ['small clusters', { clusterBits: 9 }],
    ['large clusters', { clusterBits: 21 }],
    ['extended L2', { extendedL2: true, clusterBits: 14 }],
    ['no disk', { diskSize: 0 }],
    ['a disk that is no multiple of anything', { diskSize: 12345 * 512 }],
    [
      'some compressed clusters',
      { pack: (cluster: Buffer, i: number) => (i % 2 ? deflateRawSync(cluster) : undefined) },
    ],
  ])('reads the same in steps of any size: %s', async (_what, options) => {
    const { bytes } = qcow2Image(STREAM, options);
    for (const step of [1000, 4096, 1 << 20]) expectBytes(await readAll(open(bytes), step), STREAM);
  });

  it('reads anywhere', () => {
    const state = open(qcow2Image(STREAM).bytes);
    for (const [offset, length] of [
      [0, 10],
      [4090, 20],
      [3 * CLUSTER - 1, 2 * CLUSTER + 2],
      [STREAM.length - 5, 5],
    ] as const) {
      const into = Buffer.alloc(length, 0xee);
      expect(state.readAt(into, offset)).toBe(length);
      expect(into).toEqual(STREAM.subarray(offset, offset + length));
    }
    expect(state.readAt(Buffer.alloc(10), STREAM.length - 4)).toBe(4);
    expect(state.readAt(Buffer.alloc(10), STREAM.length + 4)).toBe(0);
    state.seek(CLUSTER);
    const next = Buffer.alloc(7);
    expect(state.read(next)).toBe(7);
    expect(next).toEqual(STREAM.subarray(CLUSTER, CLUSTER + 7));
  });

  it('goes as far as its clusters do, where that is further than what was written', () => {
    const state = open(qcow2Image(STREAM, { recorded: 5000 }).bytes);
    expect(state.size).toBe(7 * CLUSTER);
    const whole = Buffer.alloc(state.size);
    state.readAt(whole, 0);
    expectBytes(whole.subarray(0, STREAM.length), STREAM);
  });

  it('holds a mapped-ram stream whose pages lie behind the size that is recorded', async () => {
    const head = join(header(), configuration('pc-q35-10.2', { capabilities: ['mapped-ram'] }));
    const at = head.length + start(RAM, Buffer.alloc(0), false).length;
    const blocks = [{ name: 'mem', usedLength: 0x40_0000, pages: new Map([[1023, noise(0x1000)]]) }];
    const stream = join(head, start(RAM, join(mappedMemSize(at, blocks), eos())), end(RAM.id, eos()), eof());
    const channel = await openSource(new MemorySource(qcow2Image(stream, { recorded: 5000 }).bytes, 'image'));
    const events: StreamEvent[] = [];
    const pages: Buffer[] = [];
    const sink = {
      wantsMappedPages: true,
      event: (event: StreamEvent) => events.push(event),
      pages({ length, window, start: begins, size }: PageBatch) {
        for (let i = 0; i < length; i++)
          if (size[i]! > 0) pages.push(Buffer.from(window.subarray(begins[i], begins[i]! + size[i]!)));
      },
    };
    await decodeChannel(channel.cursor, [sink], { role: 'main', channel: 'image' });
    expect(pages.length).toBe(1);
    expectBytes(pages[0]!, noise(0x1000));
    expect(events.at(-1)).toMatchObject({ kind: 'end', complete: true });
  });

  it('reads what is recorded and not there as zeros', async () => {
    const state = open(qcow2Image(STREAM, { recorded: 20 * CLUSTER }).bytes);
    const bytes = await readAll(state);
    expect(bytes.length).toBe(20 * CLUSTER);
    expect(bytes.subarray(STREAM.length).every((byte) => byte === 0)).toBe(true);
  });

  it('reads explicit zeros, whatever cluster stands behind them', async () => {
    const image = qcow2Image(STREAM);
    const bytes = withWord(image, image.l2 + 8, COPIED | BigInt(image.l2 + image.clusterSize) | 1n);
    const expected = Buffer.from(STREAM);
    expected.fill(0, CLUSTER, 2 * CLUSTER);
    expectBytes(await readAll(open(bytes)), expected);
  });

  it('reads subclusters', async () => {
    const image = qcow2Image(noise(1 << 14), { extendedL2: true, clusterBits: 14 });
    const copy = Buffer.from(image.bytes);
    copy.writeUInt32BE(0x0000_ff0f, image.l2 + 12);
    const expected = noise(1 << 14);
    for (let i = 0; i < 32; i++) if (!((0xff0f >> i) & 1) || i > 15) expected.fill(0, i * 512, (i + 1) * 512);
    expectBytes(await readAll(open(copy), 700), expected);
  });
});

describe('a damaged image', () => {
  const image = qcow2Image(STREAM);
  const entry = (i: number): number => image.l2 + i * image.l2EntrySize;

  async function faultOf(bytes: Uint8Array): Promise<{ read: number; message: string; offset: number }> {
    const state = open(bytes);
    const read = (await readAll(state)).length;
    expect(state.faults).toHaveLength(1);
    expect(state.faults[0]!.rule).toBe('qcow2-cluster');
    const { message, offset } = state.faults[0]!;
    return { read, message, offset };
  }

  it.each([
    [
      'a cluster behind the end',
      withWord(image, entry(2), COPIED | 0x7000_0000_0000n),
      2 * CLUSTER,
      'leads to 0x700000000000 of the file, where no cluster is',
    ],
    [
      'a cluster between clusters',
      withWord(image, entry(1), COPIED | 0x1200n),
      CLUSTER,
      'leads to 0x1200 of the file, where no cluster is',
    ],
    [
      'a cut file',
      image.bytes.subarray(0, image.bytes.length - 4000),
      5 * CLUSTER + 4192,
      'is cut: the file ends at 0x',
    ],
    [
      'a compressed cluster that is none',
      withWord(image, entry(1), (1n << 62n) | BigInt(image.l2)),
      CLUSTER,
      'is compressed (deflate) at 0x',
    ],
    [
      'a compressed cluster behind the end',
      withWord(image, entry(1), (1n << 62n) | 0xffff_ffffn),
      CLUSTER,
      'is compressed (deflate) at 0xffffffff',
    ],
    [
      'an L2 table behind the end',
      withWord(image, image.l1Entry, COPIED | 0x7000_0000_0000n),
      0,
      'has its L2 table at 0x700000000000 of the file',
    ],
    [
      'an L2 table between clusters',
      withWord(image, image.l1Entry, COPIED | BigInt(image.l2 + 512)),
      0,
      'has its L2 table at 0x',
    ],
  ])('with %s gives what comes before', async (_what, bytes, read, message) => {
    const found = await faultOf(bytes);
    expect(found).toMatchObject({ read, offset: read });
    expect(found.message).toContain(`qcow2: the cluster of the VM state at 0x${read.toString(16)} ${message}`);
  });

  it('does not follow tables that lead to each other', async () => {
    // Every L1 entry names the one L2 table, and every entry of that the one cluster: petabytes of a file of some kilobytes.
    const many = qcow2Image(noise(CLUSTER), { diskSize: 0, recorded: 2 ** 45 });
    const bytes = Buffer.concat([many.bytes, Buffer.alloc(1 << 16)]);
    const l1 = many.bytes.length;
    for (let i = 0; i < 1 << 13; i++) bytes.writeBigUInt64BE(COPIED | BigInt(many.l2), l1 + i * 8);
    bytes.writeBigUInt64BE(BigInt(l1), many.table);
    bytes.writeUInt32BE(1 << 13, many.table + 8);
    expect(() => open(bytes)).toThrow(/names 8192 tables, more than there is room for in the file/);
    bytes.writeUInt32BE(16, many.table + 8);
    for (let i = 0; i < 512; i++) bytes.writeBigUInt64BE(COPIED | BigInt(many.l2), many.l2 + i * 8);
    const state = open(bytes);
    const read = await readAll(state, 1 << 20);
    expect(read.length).toBeLessThan(64 << 20);
    expect(state.faults[0]!.message).toContain('its tables lead to each other');
  });

  it('is whole where only what follows the stream is damaged', async () => {
    const long = qcow2Image(join(plainStream(), noise(4 * CLUSTER)));
    const cut = long.bytes.subarray(0, long.bytes.length - 2 * CLUSTER);
    const events: StreamEvent[] = [];
    const channel = await openSource(new MemorySource(cut, 'image'));
    await decodeChannel(channel.cursor, [{ event: (event) => events.push(event) }], { role: 'main', channel: 'image' });
    const rules = events.flatMap((event) => (event.kind === 'problem' ? [event.finding.rule] : []));
    expect(rules).toEqual(['qcow2-cluster', 'trailing-bytes']);
    expect(events.at(-1)).toMatchObject({ kind: 'end', complete: true });
  });

  it('gives up on a hole that is larger than any stream has', async () => {
    const state = open(qcow2Image(STREAM, { recorded: 2 ** 50 }).bytes);
    state.seek(STREAM.length);
    const buffer = Buffer.alloc(64 << 20);
    let read = 0;
    for (let got; (got = state.read(buffer)) > 0;) read += got;
    expect(read).toBeLessThanOrEqual(1 << 30);
    expect(state.faults[0]!.message).toContain('nothing is there for more than');
  });

  it.each<[string, (image: Qcow2Image) => Buffer, RegExp]>([
    ['has more L1 entries than QEMU takes', (i) => withU32(i, i.table + 8, 0x7fff_ffff), /has 2147483647 entries/],
    [
      'has an L1 table that ends before the VM state',
      (i) => withU32(i, i.table + 8, 0),
      /ends before the VM state begins/,
    ],
    [
      'has an L1 table behind the end',
      (i) => withWord(i, i.table, 0x7000_0000n),
      /L1 table of snapshot only is at 0x70000000/,
    ],
    [
      'has an L1 table between clusters',
      (i) => withWord(i, i.table, BigInt(i.l1 + 8)),
      /L1 table of snapshot only is at/,
    ],
  ])('that %s is refused', (_what, damage, message) => {
    expect(() => open(damage(image))).toThrow(message);
  });
});

function withU32({ bytes }: Qcow2Image, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(value, offset);
  return copy;
}
