import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, postcopy } from '../streams.js';

describe('switch-order', () => {
  it('names a package without PING 2 before it', async () => {
    const { bytes, at } = postcopy({ ping2: NOTHING });
    expect(brief(await judgeMain(bytes))).toEqual([['switch-order', 'warning', 'main', at('package')]]);
  });

  it('names one without PING 4 behind it', async () => {
    const { bytes, at } = postcopy({ ping4: NOTHING });
    expect(brief(await judgeMain(bytes))).toEqual([['switch-order', 'warning', 'main', at('end')]]);
  });

  it('is silent about both', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
