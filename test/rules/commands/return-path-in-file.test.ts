import { describe, expect, it } from 'vitest';
import { openReturnPath } from '../../build/elements.js';
import { brief, judgeMain, judgeStream } from '../harness.js';
import { precopy } from '../streams.js';

describe('return-path-in-file', () => {
  it('tells of a recorded stream that stands alone', async () => {
    const { bytes, at } = precopy({ opening: openReturnPath() });
    expect(brief(await judgeStream(bytes))).toEqual([['return-path-in-file', 'info', 'main', at('opening')]]);
  });

  it('is silent where the other channels are there', async () => {
    const { bytes } = precopy({ opening: openReturnPath() });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
