import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { eof } from '../../build/elements.js';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('early-end', () => {
  it('names an EOF before the end of RAM', async () => {
    const { bytes, at } = precopy({ part: eof() });
    expect(brief(await judgeMain(bytes))).toEqual([['early-end', 'error', 'main', at('part')]]);
  });

  it('names an EOF before the devices', async () => {
    const { bytes, at } = precopy({ devices: NOTHING, vmdesc: NOTHING });
    expect(brief(await judgeMain(bytes))).toEqual([['early-end', 'error', 'main', at('eof')]]);
  });

  it('names an EOF that sections follow', async () => {
    const { bytes, at } = precopy({ eof: join(eof(), fullSections([TIMER]), eof()) });
    expect(brief(await judgeMain(bytes))).toEqual([['early-end', 'error', 'main', at('eof')]]);
  });

  it('is silent where other bytes follow', async () => {
    const { bytes, at } = precopy({ tail: Buffer.from('left over') });
    expect(brief(await judgeMain(bytes))).toEqual([['trailing-bytes', 'warning', 'main', at('tail')]]);
  });
});
