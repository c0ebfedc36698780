import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';
import { type Dumped, serialTarget } from './dumps.js';

const { bytes, at } = precopy();
/** Where the section of the serial port begins. */
const serial = at('devices') + fullSections([TIMER]).length;
const judged = (dumped: Dumped) => judgeMain(bytes, { target: serialTarget(dumped) });

describe('target-device-unknown', () => {
  it('names a device on a bus that the destination does not have', async () => {
    expect(brief(await judged({ name: 'parallel' }))).toEqual([['target-device-unknown', 'error', 'main', serial]]);
  });

  it('is silent where it has one', async () => {
    expect(await judged({})).toEqual([]);
  });
});
