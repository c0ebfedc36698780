import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { listen, packaged, ping, run, switchoverStart } from '../../build/elements.js';
import { DEVICES, fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy, precopy } from '../streams.js';

describe('postcopy-order', () => {
  it('names LISTEN in state NONE, with the number that QEMU prints', async () => {
    const { bytes, at } = precopy({ switchover: join(switchoverStart(), listen()) });
    expect(brief(await judgeMain(bytes))).toEqual([['postcopy-order', 'error', 'main', at('end') - listen().length]]);
  });

  it('names RUN without LISTEN', async () => {
    const { bytes, at } = postcopy({ package: packaged(join(fullSections(DEVICES), ping(3), run())) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['package-order', 'warning', 'main', at('package') + 9],
      ['postcopy-order', 'error', 'main', at('ping4') - run().length],
    ]);
  });

  it('is silent about ADVISE, DISCARD, LISTEN, RUN', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
