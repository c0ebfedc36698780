import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('device-missing', () => {
  it('names the devices', async () => {
    const { bytes, at } = precopy({ devices: fullSections([TIMER]) });
    expect(brief(await judgeMain(bytes))).toEqual([['device-missing', 'error', 'main', at('vmdesc')]]);
  });

  it('is silent where all are there', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
