import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { part, RAM } from '../../build/elements.js';
import { eos, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, PASS, precopy } from '../streams.js';

describe('background-snapshot-twice', () => {
  it('names the blocks', async () => {
    const { bytes, at } = precopy({
      switchover: NOTHING,
      end: NOTHING,
      part: part(RAM.id, join(PASS, zero(0x1000, 'pc.ram'), eos())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['background-snapshot-twice', 'warning', 'main', at('eof')]]);
  });

  it('is silent about precopy, which sends pages again', async () => {
    const { bytes } = precopy({ part: part(RAM.id, join(PASS, zero(0x1000, 'pc.ram'), eos())) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
