import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { full, RAM } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, precopy } from '../streams.js';

describe('iterable-as-full', () => {
  it('names RAM that opens with FULL', async () => {
    const { bytes, at } = precopy({ start: full(RAM, join(memSize(BLOCKS), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['iterable-as-full', 'warning', 'main', at('start')]]);
  });

  it('is silent about START', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
