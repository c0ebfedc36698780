import { describe, expect, it } from 'vitest';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('device-undescribed', () => {
  it('names a device of another instance, and the one that is missed', async () => {
    const { bytes, at } = precopy({ devices: fullSections([TIMER, { ...TIMER, id: 99, instance: 77 }, SERIAL]) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['device-undescribed', 'error', 'main', at('devices') + fullSections([TIMER]).length],
    ]);
  });

  it('is silent without a vmdesc', async () => {
    const { bytes, at } = precopy({ devices: fullSections([{ ...TIMER, instance: 77 }]), vmdesc: NOTHING });
    expect(brief(await judgeMain(bytes))).toEqual([['vmdesc-missing', 'info', 'main', at('eof')]]);
  });
});
