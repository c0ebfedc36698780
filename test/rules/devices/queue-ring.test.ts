import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import type { Finding } from '../../../src/finding.js';
import { readStream } from '../../../src/read.js';
import { Judge } from '../../../src/validate.js';
import { join } from '../../build/bytes.js';
import { initialPacket, ramPacket, syncPacket } from '../../build/multifd.js';
import { compressed, page, xbzrle, xbzrleRuns, zero } from '../../build/ram.js';
import { brief, judgeCapture, judgeMain, judgeStream } from '../harness.js';
import { address, section, type Section, stream, zeros } from './streams.js';

const SIZE = 0x100000;
const BLOCKS = [{ name: 'pc.ram', usedLength: SIZE }];
const LAST = 'virtio/queues[0]/last_avail_idx';
const AVAIL = 0x2000;
const USED = 0x3000;

/** The disk of a real guest that has taken one request, with its ring moved to where the RAM of a small guest is. */
const DISK = section('10.0-pci-blk-in-flight')
  .with('virtio/queues[0]/vring.desc', ...address(0x1000))
  .with('virtio/virtio/virtqueues/queues[0]/vring.avail', ...address(AVAIL))
  .with('virtio/virtio/virtqueues/queues[0]/vring.used', ...address(USED));

/** A page with an index behind two bytes of flags. */
function ring(index: number, bigEndian = false): Buffer {
  const bytes = Buffer.alloc(0x1000, 0xaa);
  if (bigEndian) bytes.writeUInt16BE(index, 2);
  else bytes.writeUInt16LE(index, 2);
  return bytes;
}

/** All pages, and then those of the rings. */
const rings = (available: number, used: number, bigEndian = false): Buffer =>
  join(zeros('pc.ram', SIZE), page(AVAIL, ring(available, bigEndian)), page(USED, ring(used, bigEndian)));

const made = (pages: Buffer, disk: Section = DISK): ReturnType<typeof stream> =>
  stream([disk], { blocks: BLOCKS, pages });
const judge = async (pages: Buffer, disk: Section = DISK): Promise<readonly Finding[]> =>
  judgeMain(made(pages, disk).bytes);

/** Everything that is said, of consequences too. */
const said = (findings: readonly Finding[]): string =>
  findings.flatMap(({ message, related }) => [message, ...related.map((other) => other.message)]).join('; ');

describe('queue-ring', () => {
  it('refuses a device that has given back what it has not taken', async () => {
    const { bytes, at } = made(rings(1, 2));
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([['queue-ring', 'error', 'main', at(0) + DISK.at(LAST)]]);
    expect(findings[0]).toMatchObject({
      section: DISK.idstr,
      path: 'virtio > queues[0] > last_avail_idx',
      qemu: { text: 'VQ 0 size 0x100 < last_avail_idx 0x1 - used_idx 0x2', function: 'virtio_load' },
    });
  });

  it('tells of a driver that is too far ahead', async () => {
    expect(await judge(rings(0x301, 0))).toMatchObject([
      {
        severity: 'error',
        qemu: {
          text: 'VQ 0 size 0x100 Guest index 0x301 inconsistent with Host index 0x1: delta 0x300',
        },
      },
    ]);
  });

  it('warns of more requests in flight than the ring has', async () => {
    expect(await judge(rings(1, 1))).toMatchObject([{ rule: 'queue-ring', severity: 'warning', found: '1' }]);
  });

  it.each([
    ['that fit', rings(1, 0)],
    ['where more requests wait', rings(0x101, 0)],
    ['that were wrong before', join(rings(1, 2), page(USED, ring(0)))],
    ['that became zero', join(rings(1, 2), zero(USED))],
    ['whose index a run sets back', join(rings(1, 2), xbzrle(USED, xbzrleRuns([2, Buffer.of(0, 0)])))],
    ['that a compressed page sets back', join(rings(1, 2), compressed(USED, ring(0)))],
  ])('has nothing to say of rings %s', async (_, pages) => {
    expect(said(await judge(pages))).not.toContain('queue request0');
  });

  it.each([
    ['a run', join(rings(1, 0), xbzrle(USED, xbzrleRuns([2, Buffer.of(2, 0)])))],
    ['a compressed page', join(rings(1, 0), compressed(USED, ring(2)))],
    ['a page that came last', join(rings(1, 0), page(USED, ring(2)))],
  ])('sees what %s makes of the index', async (_, pages) => {
    expect(said(await judge(pages))).toContain('given back 2');
  });

  it('reads the rings of a big-endian guest', async () => {
    const legacy = section('10.0-ccw', 'virtio-blk').with('virtio/queues[0]/vring.desc', ...address(0x1000));
    // 1024 entries: the ring of the driver lies behind 16 KiB of descriptors, that of the device at the next page boundary.
    const pages = (used: number): Buffer =>
      join(
        zeros('s390.ram', SIZE),
        page(0x5000, ring(5, true), 's390.ram'),
        page(0x6000, ring(used, true), 's390.ram'),
      );
    const judged = (used: number): Promise<readonly Finding[]> =>
      judgeMain(
        stream([legacy], {
          blocks: [{ name: 's390.ram', usedLength: SIZE }],
          pages: pages(used),
          machine: 's390-ccw-virtio-10.0',
        }).bytes,
      );
    expect(await judged(5)).toEqual([]);
    expect(await judged(6)).toMatchObject([{ qemu: { text: 'VQ 0 size 0x400 < last_avail_idx 0x5 - used_idx 0x6' } }]);
  });

  it('warns of a packed ring whose next descriptor the device has given back', async () => {
    const disk = section('10.0-pci-packed', 'virtio-blk').with('virtio/queues[0]/vring.desc', ...address(0x1000));
    const descriptors = (flags: number): Buffer => {
      const bytes = Buffer.alloc(0x1000, 0xaa);
      bytes.writeUInt16LE(flags, (16 * 366 + 14) % 0x1000);
      return join(zeros('pc.ram', SIZE), page(0x2000, bytes));
    };
    expect(await judge(descriptors(0x8080), disk)).toMatchObject([{ rule: 'queue-ring', severity: 'warning' }]);
    expect(await judge(descriptors(0x0080), disk)).toEqual([]);
  });

  it('is silent where pages are not there, or the machine has its RAM elsewhere', async () => {
    const without = stream([DISK], {
      blocks: [{ name: 'pc.ram', usedLength: 0x1000 }],
      pages: page(0, ring(9), 'pc.ram'),
    });
    expect((await judgeMain(without.bytes)).filter(({ rule }) => rule === 'queue-ring')).toEqual([]);
    const unknown = stream([DISK], { blocks: BLOCKS, pages: rings(1, 2), machine: 'malta' });
    expect(await judgeMain(unknown.bytes)).toEqual([]);
  });

  it('is silent about a device behind an IOMMU', async () => {
    const features = 'virtio/virtio/64bit_features/guest_features';
    const at = DISK.at(features) + 3;
    expect(await judge(rings(1, 2), DISK.with(at, DISK.payload[at]! | 2))).toEqual([]);
  });

  it('is silent about a pipe, whose end comes too late', async () => {
    const pipe = new Judge(false);
    await readStream(new MemorySource(made(rings(1, 2)).bytes, 'main', { seekable: false }), pipe.channel('main'));
    expect(pipe.verdict().findings).toEqual([]);
  });

  it('reads the rings where they stand in a mapped-ram file', async () => {
    const judged = async (pages: ReadonlyMap<number, Buffer>): Promise<readonly Finding[]> =>
      judgeMain(stream([DISK], { blocks: BLOCKS, mapped: pages }).bytes);
    const fit = new Map([[AVAIL / 0x1000, ring(1)]]);
    expect(said(await judged(fit))).not.toContain('queue request0');
    const wrong = new Map([...fit, [USED / 0x1000, ring(2)]]);
    expect(await judged(wrong)).toMatchObject([
      { rule: 'queue-ring', qemu: { text: 'VQ 0 size 0x100 < last_avail_idx 0x1 - used_idx 0x2' } },
    ]);
    expect(said(await judged(new Map()))).not.toContain('queue request0');
  });

  it('looks at the pages of all channels, and is silent where those are not there', async () => {
    const { bytes } = made(zeros('pc.ram', SIZE, [AVAIL, USED]));
    const channel = (used: number): Buffer =>
      join(
        initialPacket({ id: 0 }),
        syncPacket(0),
        ramPacket({ num: 1, normal: [AVAIL, USED], payload: join(ring(1), ring(used)) }),
        syncPacket(2),
        syncPacket(3),
      );
    const judged = async (used: number): Promise<string> =>
      said(await judgeCapture({ 'main.bin': bytes, 'channel-01.bin': channel(used) }));
    expect(await judged(2)).toContain('given back 2');
    expect(await judged(0)).not.toContain('given back');
    expect(said(await judgeStream(bytes))).not.toContain('request0');
  });
});
