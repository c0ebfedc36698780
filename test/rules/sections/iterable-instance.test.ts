import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, precopy } from '../streams.js';

describe('iterable-instance', () => {
  it('names RAM of another instance', async () => {
    const { bytes, at } = precopy({ start: start({ ...RAM, instance: 77 }, join(memSize(BLOCKS), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['iterable-instance', 'error', 'main', at('start')]]);
  });

  it('is silent about instance 0', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
