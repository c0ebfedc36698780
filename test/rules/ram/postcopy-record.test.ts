import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { end, RAM } from '../../build/elements.js';
import { eos, flush, memSize, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, postcopy } from '../streams.js';

describe('postcopy-record', () => {
  it('names MULTIFD_FLUSH behind the switch', async () => {
    const { bytes, at } = postcopy({ end: end(RAM.id, join(zero(0x2000, 'pc.ram'), flush(), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['postcopy-record', 'error', 'main', at('eof') - 5 - 16]]);
  });

  it('names a block list', async () => {
    const { bytes, at } = postcopy({ end: end(RAM.id, join(zero(0x2000, 'pc.ram'), memSize(BLOCKS), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['postcopy-record', 'error', 'main', at('eof') - 5 - 8 - memSize(BLOCKS).length],
    ]);
  });

  it('is silent about pages', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
