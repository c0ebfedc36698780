import { describe, expect, it } from 'vitest';
import { vmdescText } from '../../build/device.js';
import { vmdesc } from '../../build/elements.js';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('section-twice', () => {
  it('names a copy that the vmdesc does not have', async () => {
    const { bytes, at } = precopy({ devices: fullSections([TIMER, TIMER, SERIAL]) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['section-twice', 'warning', 'main', at('devices') + fullSections([TIMER]).length],
    ]);
  });

  it('only tells of two devices that the source had', async () => {
    const { bytes, at } = precopy({
      devices: fullSections([TIMER, TIMER]),
      vmdesc: vmdesc(vmdescText([TIMER, TIMER])),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['section-twice', 'info', 'main', at('devices') + fullSections([TIMER]).length],
    ]);
  });

  it('is silent about another instance', async () => {
    const { bytes } = precopy({
      devices: fullSections([TIMER, { ...TIMER, id: 99, instance: 1 }]),
      vmdesc: vmdesc(vmdescText([TIMER, { ...TIMER, instance: 1 }])),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
