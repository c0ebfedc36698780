import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { end, part, RAM } from '../../build/elements.js';
import { eos, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy, precopy } from '../streams.js';

describe('part-after-end', () => {
  it('names the PART', async () => {
    const { bytes, at } = precopy({ end: join(end(RAM.id, eos()), part(RAM.id, eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['part-after-end', 'warning', 'main', at('devices') - part(RAM.id, eos()).length],
    ]);
  });

  it('is silent behind the switch to postcopy', async () => {
    const { bytes } = postcopy({ end: join(part(RAM.id, join(zero(0x2000, 'pc.ram'), eos())), end(RAM.id, eos())) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
