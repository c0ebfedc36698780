import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';
import { type Dumped, serialTarget } from './dumps.js';

const { bytes, at } = precopy();
/** Where the section of the serial port begins. */
const serial = at('devices') + fullSections([TIMER]).length;
const judged = (dumped: Dumped) => judgeMain(bytes, { target: serialTarget(dumped) });

describe('target-section-version', () => {
  it('names a section that is too new', async () => {
    expect(brief(await judged({ version: 2 }))).toEqual([['target-section-version', 'error', 'main', serial]]);
  });

  it('names one that is too old', async () => {
    expect(brief(await judged({ version: 5, minimum: 4 }))).toEqual([
      ['target-section-version', 'error', 'main', serial],
    ]);
  });

  it('is silent where the destination loads it', async () => {
    expect(await judged({ version: 4, minimum: 3 })).toEqual([]);
  });
});
