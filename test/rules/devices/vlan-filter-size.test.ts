import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/rules/facts.js';
import { brief, judgeMain } from '../harness.js';
import { section, type Section, stream } from './streams.js';

/** A real section with more zeros behind its VLAN filter, and the size in the description. */
function grown(real: Section, by: number): Section {
  const behind = real.at(VLANS) + 512;
  const payload = Buffer.concat([real.payload.subarray(0, behind), Buffer.alloc(by), real.payload.subarray(behind)]);
  const json = structuredClone(real.json) as { fields: { name: string; size: number }[] };
  json.fields.find(({ name }) => name === 'virtio')!.size += by;
  return real.of(payload, json);
}

const VLANS = 'virtio/device/vlans';

describe('vlan-filter-size', () => {
  it.each([
    ['5.2-pci-net', '', {}, 'every release'],
    ['10.0-pci-packed', 'virtio-net', { version: '10.1' }, 'QEMU 10.1'],
    ['11.1-pci-net', '', { version: '10.2' }, 'QEMU 10.2'],
  ] as const)(
    'predicts of %s that it is refused, by device and field',
    async (fixture, end, target: Target, reader) => {
      const real = section(fixture, end);
      const { bytes, at } = stream([grown(real, 15872)]);
      const findings = await judgeMain(bytes, { target });
      expect(brief(findings)).toEqual([['vlan-filter-size', 'error', 'main', at(0) + real.at(VLANS)]]);
      expect(findings[0]).toMatchObject({
        message: `section ${real.idstr}: vlans of virtio-net-device has 16384 bytes, ${reader} reads 512`,
        path: 'virtio > device > vlans',
        expected: '512 bytes',
        found: '16384 bytes',
        length: 16384,
      });
    },
  );

  it('is silent about the real sections, and about other sizes that it knows nothing of', async () => {
    for (const fixture of ['5.2-pci-net', '11.1-pci-net']) {
      expect(await judgeMain(stream([section(fixture)]).bytes)).toEqual([]);
      expect(await judgeMain(stream([grown(section(fixture), 15000)]).bytes)).toEqual([]);
    }
  });
});
