import { describe, expect, it } from 'vitest';
import { configuration } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('switchover-start-missing', () => {
  it('tells of a machine type that has it', async () => {
    const { bytes, at } = precopy({ switchover: NOTHING });
    expect(brief(await judgeMain(bytes))).toEqual([['switchover-start-missing', 'info', 'main', at('end')]]);
  });

  it('is silent about one that has not', async () => {
    const { bytes } = precopy({ configuration: configuration('pc-q35-9.2'), switchover: NOTHING });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
