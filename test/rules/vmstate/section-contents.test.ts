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

  it('says that a destination looks for the footer where the mark of a subsection is damaged', async () => {
    const { bytes } = precopy();
    bytes[bytes.indexOf('serial/thr') - 2] = 6;
    const [finding] = await judgeMain(bytes);
    expect(finding).toMatchObject({ rule: 'section-contents', qemu: { text: 'Missing section footer for %s' } });
  });

  it('is silent about values', async () => {
    const { bytes } = precopy();
    bytes[bytes.indexOf('serial/thr') + 14] = 0;
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
