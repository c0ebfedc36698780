import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { part, RAM } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, PASS, precopy } from '../streams.js';

describe('block-list-place', () => {
  it('names a second list', async () => {
    const { bytes, at } = precopy({ part: part(RAM.id, join(memSize(BLOCKS), PASS, eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['block-list-place', 'warning', 'main', at('part') + 5]]);
  });

  it('is silent about one that opens RAM', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
