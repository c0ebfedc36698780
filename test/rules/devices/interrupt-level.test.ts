import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { section, stream } from './streams.js';

describe('interrupt-level', () => {
  const real = section('10.0-pci-functions', 'ich9_ahci');
  const place = real.at(real.places().find((path) => path.endsWith('INTA to INTD[0]'))!);

  it('refuses a level that is neither 0 nor 1', async () => {
    const { bytes, at } = stream([real.with(place + 4, 0, 0, 0, 2)]);
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([['interrupt-level', 'error', 'main', at(0) + place + 4]]);
    expect(findings[0]).toMatchObject({ message: expect.stringContaining('INTB has the level 2') as unknown });
  });

  it('is silent about a line that is up', async () => {
    expect(await judgeMain(stream([real.with(place, 0, 0, 0, 1)]).bytes)).toEqual([]);
  });
});
