import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, end, RAM } from '../../build/elements.js';
import { eos, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('zero-fill', () => {
  it('names the page', async () => {
    const { bytes, at } = precopy({ end: end(RAM.id, join(zero(0x1000, 'pc.ram', 0xaa), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['zero-fill', 'error', 'main', at('end') + 5]]);
  });

  it('warns where an old destination may take it', async () => {
    const { bytes, at } = precopy({
      configuration: configuration('pc-q35-7.2'),
      switchover: NOTHING,
      end: end(RAM.id, join(zero(0x1000, 'pc.ram', 0xaa), eos())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['zero-fill', 'warning', 'main', at('end') + 5]]);
  });

  it('is silent about 0', async () => {
    const { bytes } = precopy({ end: end(RAM.id, join(zero(0x1000, 'pc.ram'), eos())) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
