import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { advise, openReturnPath, switchoverStart } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, postcopy, precopy } from '../streams.js';

describe('opening-command-late', () => {
  it('names a command behind the first section', async () => {
    const { bytes, at } = precopy({ switchover: join(openReturnPath(), switchoverStart()) });
    expect(brief(await judgeMain(bytes))).toEqual([['opening-command-late', 'warning', 'main', at('switchover')]]);
  });

  it('names one that comes before another', async () => {
    const { bytes, at } = postcopy({
      openReturnPath: NOTHING,
      ping1: NOTHING,
      advise: join(advise(0x1000, 0x1000), openReturnPath()),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['opening-command-late', 'warning', 'main', at('advise') + advise(0, 0).length],
    ]);
  });

  it('is silent about the order of sources', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
