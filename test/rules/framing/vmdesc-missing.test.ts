import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, postcopy, precopy } from '../streams.js';

describe('vmdesc-missing', () => {
  it('tells of a stream that ends with EOF', async () => {
    const { bytes, at } = precopy({ vmdesc: NOTHING });
    expect(brief(await judgeMain(bytes))).toEqual([['vmdesc-missing', 'info', 'main', at('eof')]]);
  });

  it('is silent behind postcopy, which has none', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
