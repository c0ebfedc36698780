import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { end, part, ping, RAM } from '../../build/elements.js';
import { eos, zero } from '../../build/ram.js';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('section-behind-switch', () => {
  it('names a device behind the package', async () => {
    const { bytes, at } = postcopy({ ping4: join(ping(4), fullSections([{ ...TIMER, id: 99, instance: 1 }])) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['section-behind-switch', 'warning', 'main', at('end') - fullSections([TIMER]).length],
    ]);
  });

  it('is silent about RAM', async () => {
    const { bytes } = postcopy({ end: join(part(RAM.id, join(zero(0x2000, 'pc.ram'), eos())), end(RAM.id, eos())) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
