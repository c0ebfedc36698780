import { describe, expect, it } from 'vitest';
import { advise } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('advise-page-sizes', () => {
  it('names a sum that lacks the size of a target page', async () => {
    const { bytes, at } = postcopy({ advise: advise(0x200, 0x1000) });
    expect(brief(await judgeMain(bytes))).toEqual([['advise-page-sizes', 'error', 'main', at('advise')]]);
  });

  it('is silent about huge pages beside small ones', async () => {
    const { bytes } = postcopy({ advise: advise(0x20_1000, 0x1000) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
