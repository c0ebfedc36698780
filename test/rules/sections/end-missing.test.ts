import { describe, expect, it } from 'vitest';
import { hexBytes, join } from '../../build/bytes.js';
import { RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, NOTHING, precopy } from '../streams.js';

const BITMAP = { id: 3, idstr: 'dirty-bitmap' };

describe('end-missing', () => {
  it('names bitmaps that never end', async () => {
    const { bytes, at } = precopy({
      start: join(start(RAM, join(memSize(BLOCKS), eos())), start(BITMAP, hexBytes('01'))),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['end-missing', 'warning', 'main', at('part') - start(BITMAP, hexBytes('01')).length],
    ]);
  });

  it('is silent about a background snapshot, which has no END and no command', async () => {
    const { bytes } = precopy({ switchover: NOTHING, end: NOTHING });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
