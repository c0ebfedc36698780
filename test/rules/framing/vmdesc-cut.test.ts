import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('vmdesc-cut', () => {
  it('names a vmdesc that the input ends in', async () => {
    const whole = precopy();
    const bytes = whole.bytes.subarray(0, -3);
    expect(brief(await judgeMain(bytes))).toEqual([['vmdesc-cut', 'warning', 'main', whole.at('vmdesc') + 5]]);
  });

  it('leaves an input that ends before EOF to the decoder', async () => {
    const whole = precopy();
    const bytes = whole.bytes.subarray(0, whole.at('eof'));
    expect(brief(await judgeMain(bytes))).toEqual([['truncated', 'error', 'main', whole.at('eof')]]);
  });
});
