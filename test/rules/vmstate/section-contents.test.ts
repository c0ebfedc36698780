import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { headerLength, precopy } from '../streams.js';

describe('section-contents', () => {
  it('names a subsection that is not where it should be', async () => {
    const { bytes, at } = precopy();
    bytes[bytes.indexOf('serial/thr') + 9] = 0x7e;
    expect(brief(await judgeMain(bytes))).toEqual([
      [
        'section-contents',
        'error',
        'main',
        at('devices') + fullSections([TIMER]).length + headerLength('0000:00:03.0/serial'),
      ],
    ]);
  });

  it('is silent about values', async () => {
    const { bytes } = precopy();
    bytes[bytes.indexOf('serial/thr') + 14] = 0;
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
