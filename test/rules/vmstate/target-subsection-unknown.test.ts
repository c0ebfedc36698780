import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';
import { type Dumped, serialTarget } from './dumps.js';

const { bytes, at } = precopy();
/** Where the section of the serial port begins. */
const serial = at('devices') + fullSections([TIMER]).length;
const judged = (dumped: Dumped) => judgeMain(bytes, { target: serialTarget(dumped) });

describe('target-subsection-unknown', () => {
  it('names a subsection that the destination does not have', async () => {
    expect(brief(await judged({ subsections: [] }))).toEqual([['target-subsection-unknown', 'error', 'main', serial]]);
  });

  it('names one of which it has another version', async () => {
    expect(brief(await judged({ subsections: [{ name: 'serial/thr', version: 3, minimum: 2 }] }))).toEqual([
      ['target-subsection-unknown', 'error', 'main', serial],
    ]);
  });

  it('is silent where it has it', async () => {
    expect(await judged({})).toEqual([]);
  });
});
