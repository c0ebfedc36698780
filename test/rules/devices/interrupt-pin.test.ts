import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { section, sections, stream } from './streams.js';

describe('interrupt-pin', () => {
  it.each([
    ['that the vmdesc describes', '10.0-pci-functions', 'ich9_ahci', 'parent_obj/config[0]/interrupt pin'],
    ['of virtio', '11.1-pci-rng', 'virtio-rng', 'virtio/transport/pci_dev/config/interrupt pin'],
  ])('refuses a pin that there is not, of a function %s', async (_, fixture, end, path) => {
    const real = section(fixture, end);
    const place = real.at(path);
    const { bytes, at } = stream([real.with(place, 5)]);
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([['interrupt-pin', 'error', 'main', at(0) + place]]);
    expect(findings[0]).toMatchObject({ found: '5', section: real.idstr });
    expect(await judgeMain(stream([real.with(place, 4)]).bytes)).toEqual([]);
    expect(await judgeMain(stream([real.with(place, 0)]).bytes)).toEqual([]);
  });

  it.each(['10.0-pci-functions', '10.0-pci-bridges', '10.0-pci-packed'])('is silent about %s', async (name) => {
    expect(await judgeMain(stream(sections(name)).bytes)).toEqual([]);
  });
});
