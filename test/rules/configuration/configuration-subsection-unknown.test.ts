import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, subsection } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('configuration-subsection-unknown', () => {
  it('names the subsection', async () => {
    const { bytes, at } = precopy({
      configuration: join(configuration('pc-q35-10.0'), subsection('configuration/foo', NOTHING)),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      [
        'configuration-subsection-unknown',
        'error',
        'main',
        at('opening') - subsection('configuration/foo', NOTHING).length,
      ],
    ]);
  });

  it('is silent about those that there are', async () => {
    const { bytes } = precopy({ configuration: configuration('pc-q35-10.0', { pageBits: 12 }) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
