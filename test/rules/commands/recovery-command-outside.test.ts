import { describe, expect, it } from 'vitest';
import { resume } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('recovery-command-outside', () => {
  it('names RESUME', async () => {
    const { bytes, at } = precopy({ opening: resume() });
    expect(brief(await judgeMain(bytes))).toEqual([['recovery-command-outside', 'warning', 'main', at('opening')]]);
  });

  it('is silent where there is none', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
