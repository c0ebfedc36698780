import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { listen, packaged, part, ping, RAM, run } from '../../build/elements.js';
import { eos } from '../../build/ram.js';
import { DEVICES, fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('package-order', () => {
  it('names what the package begins with', async () => {
    const { bytes, at } = postcopy({ package: packaged(join(fullSections(DEVICES), listen(), ping(3), run())) });
    expect(brief(await judgeMain(bytes))).toEqual([['package-order', 'warning', 'main', at('package') + 9]]);
  });

  it('names rounds inside', async () => {
    const { bytes, at } = postcopy({
      package: packaged(join(listen(), part(RAM.id, eos()), fullSections(DEVICES), ping(3), run())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['package-order', 'warning', 'main', at('package') + 9 + listen().length],
    ]);
  });

  it('is silent about the package of sources', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
