import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { discard, end, RAM } from '../../build/elements.js';
import { eos, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('discard-order', () => {
  it('names a range that goes back', async () => {
    const { bytes, at } = postcopy({
      discard: discard('pc.ram', [0x2000, 0x1000], [0x1000, 0x1000]),
      end: end(RAM.id, join(zero(0x1000, 'pc.ram'), zero(0x2000), eos())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['discard-order', 'warning', 'main', at('discard')]]);
  });

  it('is silent about ascending ranges', async () => {
    const { bytes } = postcopy({
      discard: discard('pc.ram', [0x1000, 0x1000], [0x2000, 0x1000]),
      end: end(RAM.id, join(zero(0x1000, 'pc.ram'), zero(0x2000), eos())),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
