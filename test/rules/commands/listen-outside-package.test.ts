import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { listen, ping, run } from '../../build/elements.js';
import { DEVICES, fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('listen-outside-package', () => {
  it('names LISTEN and RUN', async () => {
    const { bytes, at } = postcopy({ package: join(listen(), fullSections(DEVICES), ping(3), run()) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['listen-outside-package', 'error', 'main', at('package')],
      ['section-behind-switch', 'warning', 'main', at('package') + listen().length],
      ['section-behind-switch', 'warning', 'main', at('package') + listen().length + fullSections([TIMER]).length],
      ['listen-outside-package', 'error', 'main', at('ping4') - run().length],
    ]);
  });

  it('is silent inside', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
