import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { section, sections, stream } from './streams.js';

describe('element-of-packed-device', () => {
  it('refuses what a throttled port of a real guest has taken', async () => {
    const real = section('10.0-pci-console-packed');
    const { bytes, at } = stream([real]);
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toContainEqual([
      'element-of-packed-device',
      'error',
      'main',
      at(0) + real.at('virtio/device/ports[0]/elem/ndescs'),
    ]);
    expect(findings[0]).toMatchObject({
      path: 'virtio > device > ports[0] > elem',
      qemu: { text: 'virtio: error trying to map MMIO memory' },
    });
  });

  it('refuses the request of a disk that has the number of descriptors', async () => {
    const disk = section('10.0-scsi-in-flight', 'scsi-disk');
    const requests = disk.at('qdev/requests/requests[0]/elem/index');
    const payload = Buffer.concat([
      disk.payload.subarray(0, requests),
      Buffer.from([0, 0, 0, 1]),
      disk.payload.subarray(requests),
    ]);
    const json = JSON.parse(JSON.stringify(disk.json), (key: string, value: unknown) =>
      key === 'size' && typeof value === 'number' && value > 49_000 ? value + 4 : value,
    ) as unknown;
    const { bytes, at } = stream([disk.of(payload, json)]);
    expect(brief(await judgeMain(bytes))).toContainEqual([
      'element-of-packed-device',
      'error',
      'main',
      at(0) + requests,
    ]);
  });

  it.each(['10.0-pci-blk-in-flight', '10.0-scsi-in-flight', '10.0-pci-packed', '10.0-usb-in-flight'])(
    'is silent about %s',
    async (name) => {
      const findings = await judgeMain(stream(sections(name)).bytes);
      expect(findings.filter(({ rule }) => rule === 'element-of-packed-device')).toEqual([]);
    },
  );
});
