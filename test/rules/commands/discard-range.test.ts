import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { discard } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('discard-range', () => {
  it('names a block that no list declares', async () => {
    const { bytes, at } = postcopy({
      discard: join(discard('pc.ram', [0x2000, 0x1000]), discard('vga.vram', [0, 0x1000])),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['discard-range', 'error', 'main', at('ping2') - discard('vga.vram', [0, 0]).length],
    ]);
  });

  it('names ranges that are not whole pages, and those outside of the block', async () => {
    const { bytes, at } = postcopy({ discard: discard('pc.ram', [0x800, 0x1000], [0x2000, 0x800], [0x3000, 0x1000]) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['discard-range', 'error', 'main', at('discard')],
      ['discard-range', 'error', 'main', at('discard')],
      ['discard-range', 'error', 'main', at('discard')],
    ]);
  });

  it('is silent about the last page', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
