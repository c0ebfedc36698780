import { describe, expect, it } from 'vitest';
import { RAM } from '../../build/elements.js';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('section-id-shared', () => {
  it('names a device that has the id of RAM', async () => {
    const { bytes, at } = precopy({ devices: fullSections([{ ...TIMER, id: RAM.id }, SERIAL]) });
    expect(brief(await judgeMain(bytes))).toEqual([['section-id-shared', 'warning', 'main', at('devices')]]);
  });

  it('is silent about an id that is only unusual', async () => {
    const { bytes } = precopy({ devices: fullSections([{ ...TIMER, id: 9999 }, SERIAL]) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
