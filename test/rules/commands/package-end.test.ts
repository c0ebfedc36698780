import { describe, expect, it } from 'vitest';
import { join, u32 } from '../../build/bytes.js';
import { listen, packaged, ping, run } from '../../build/elements.js';
import { DEVICES, fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('package-end', () => {
  it('names a package that just ends', async () => {
    const { bytes, at } = postcopy({ package: packaged(join(listen(), fullSections(DEVICES), ping(3))) });
    expect(brief(await judgeMain(bytes))).toEqual([['package-end', 'error', 'main', at('ping4')]]);
  });

  it('warns of EOF, and of bytes behind RUN', async () => {
    const { bytes, at } = postcopy({
      package: packaged(join(listen(), fullSections(DEVICES), ping(3), run(), u32(0))),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['package-end', 'warning', 'main', at('ping4') - 4]]);
  });

  it('is silent about RUN', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
