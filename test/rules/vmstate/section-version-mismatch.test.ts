import { describe, expect, it } from 'vitest';
import { vmdescText } from '../../build/device.js';
import { vmdesc } from '../../build/elements.js';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('section-version-mismatch', () => {
  it('names both versions', async () => {
    const { bytes, at } = precopy({ devices: fullSections([{ ...TIMER, version: 33 }, SERIAL]) });
    expect(brief(await judgeMain(bytes))).toEqual([['section-version-mismatch', 'error', 'main', at('devices')]]);
  });

  it('is silent where they agree', async () => {
    const { bytes } = precopy({
      devices: fullSections([{ ...TIMER, version: 33 }, SERIAL]),
      vmdesc: vmdesc(vmdescText([{ ...TIMER, version: 33 }, SERIAL])),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
