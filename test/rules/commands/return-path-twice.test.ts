import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { openReturnPath } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('return-path-twice', () => {
  it('names the second', async () => {
    const { bytes, at } = precopy({ opening: join(openReturnPath(), openReturnPath()) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['return-path-twice', 'warning', 'main', at('opening') + openReturnPath().length],
    ]);
  });

  it('is silent about one', async () => {
    const { bytes } = precopy({ opening: openReturnPath() });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
