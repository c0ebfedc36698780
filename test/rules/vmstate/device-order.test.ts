import { describe, expect, it } from 'vitest';
import { vmdescText } from '../../build/device.js';
import { vmdesc } from '../../build/elements.js';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('device-order', () => {
  it('names the device that comes too late', async () => {
    const { bytes, at } = precopy({ devices: fullSections([SERIAL, TIMER]) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['device-order', 'warning', 'main', at('devices') + fullSections([SERIAL]).length],
    ]);
  });

  it('is silent about the order of the vmdesc', async () => {
    const { bytes } = precopy({ devices: fullSections([SERIAL, TIMER]), vmdesc: vmdesc(vmdescText([SERIAL, TIMER])) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
