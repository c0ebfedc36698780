import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('ram-missing', () => {
  it('names the end of a stream without RAM', async () => {
    const { bytes, at } = precopy({ start: NOTHING, part: NOTHING, switchover: NOTHING, end: NOTHING });
    expect(brief(await judgeMain(bytes))).toEqual([['ram-missing', 'error', 'main', at('eof')]]);
  });

  it('is silent about the device state of Xen', async () => {
    const { bytes } = precopy({
      configuration: NOTHING,
      start: NOTHING,
      part: NOTHING,
      switchover: NOTHING,
      end: NOTHING,
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
