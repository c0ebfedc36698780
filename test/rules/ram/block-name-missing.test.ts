import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { discard, end, RAM } from '../../build/elements.js';
import { eos, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('block-name-missing', () => {
  it('names a page that goes on from the block before', async () => {
    const { bytes, at } = postcopy({ discard: discard('pc.rom', [0, 0x1000]), end: end(RAM.id, join(zero(0), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['block-name-missing', 'warning', 'main', at('end') + 5]]);
  });

  it('is silent where the block is named', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
