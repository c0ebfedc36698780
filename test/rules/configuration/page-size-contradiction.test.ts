import { describe, expect, it } from 'vitest';
import { vmdescText } from '../../build/device.js';
import { configuration, vmdesc } from '../../build/elements.js';
import { DEVICES } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('page-size-contradiction', () => {
  it('names the place that disagrees with the vmdesc', async () => {
    const { bytes, at } = precopy({
      configuration: configuration('pc-q35-10.0', { pageBits: 12 }),
      vmdesc: vmdesc(vmdescText(DEVICES, 0x400)),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['page-size-contradiction', 'error', 'main', at('configuration')]]);
  });

  it('is silent where they agree', async () => {
    const { bytes } = precopy({ configuration: configuration('pc-q35-10.0', { pageBits: 12 }) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
