import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/finding.js';
import { join } from '../../build/bytes.js';
import { zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { section, type Section, sections, stream, zeros } from './streams.js';

const SIZE = 0x100000;
const RAM = { name: 'pc.ram', usedLength: SIZE };
const FOUND = 'request-outside-ram';

/** Little-endian, as the host wrote it. */
const le = (value: number): readonly number[] =>
  Array.from({ length: 8 }, (_, i) => Math.floor(value / 256 ** i) % 256);

function made(devices: readonly Section[], more: readonly string[] = []): ReturnType<typeof stream> {
  const others = more.map((name) => ({ name, usedLength: 0x1000 }));
  const pages = join(zeros('pc.ram', SIZE), ...more.map((name) => zero(0, name)));
  return stream(devices, { blocks: [RAM, ...others], pages, machine: 'pc-i440fx-10.0' });
}

const judged = async (...of: Parameters<typeof made>): Promise<readonly Finding[]> =>
  (await judgeMain(made(...of).bytes)).filter(({ rule }) => rule === FOUND);

describe('request-outside-ram', () => {
  const disk = section('10.0-pci-blk-in-flight');
  const buffer = 'virtio/device/rq[0]/elem/in_addr[0]';
  const element = 'virtio/device/rq[0]/elem/index';

  it.each([
    ['behind RAM', SIZE],
    ['over its end', SIZE - 16],
    ['where no machine has memory', 2 ** 60],
  ])('refuses a request of virtio-blk with a buffer %s', async (_, where) => {
    const place = disk.at(buffer);
    const { bytes, at } = made([disk.with(place, ...le(where))]);
    const findings = (await judgeMain(bytes)).filter(({ rule }) => rule === FOUND);
    expect(brief(findings)).toEqual([[FOUND, 'error', 'main', at(0) + disk.at(element)]]);
    expect(findings[0]).toMatchObject({ found: `0x${where.toString(16)}`, path: 'virtio > device > rq[0] > elem' });
  });

  it('refuses one of a disk behind virtio-scsi', async () => {
    const [scsi, behind] = sections('10.0-scsi-in-flight');
    const place = behind!.at('qdev/requests/requests[0]/elem/in_addr[0]');
    expect(await judged([scsi!, behind!.with(place, ...le(SIZE))])).toMatchObject([{ section: behind!.idstr }]);
  });

  it.each(['10.0-pci-blk-in-flight', '10.0-scsi-in-flight', '10.0-usb-in-flight'])(
    'is silent about %s',
    async (name) => {
      expect(await judged(sections(name))).toEqual([]);
    },
  );

  it('is silent where memory of unknown place could be there, but for what is nowhere', async () => {
    const at = disk.at(buffer);
    expect(await judged([disk.with(at, ...le(SIZE))], ['vga.vram'])).toEqual([]);
    expect(await judged([disk.with(at, ...le(SIZE))], ['/rom@etc/acpi/tables'])).toHaveLength(1);
    expect(await judged([disk.with(at, ...le(2 ** 60))], ['vga.vram'])).toHaveLength(1);
  });

  it('is silent about addresses that an IOMMU translates', async () => {
    const features = disk.at('virtio/virtio/64bit_features/guest_features') + 3;
    const translated = disk.with(features, disk.payload[features]! | 2).with(disk.at(buffer), ...le(SIZE));
    expect(await judged([translated])).toEqual([]);
  });
});
