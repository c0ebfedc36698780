import { describe, expect, it } from 'vitest';
import { join, u8 } from '../../build/bytes.js';
import { vmsdPayload } from '../../build/device.js';
import { full, subsection } from '../../build/elements.js';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('subsection-twice', () => {
  it('names the subsection', async () => {
    const again = subsection('serial/thr', u8(0x7e));
    const { bytes, at } = precopy({
      devices: join(fullSections([TIMER]), full(SERIAL, join(vmsdPayload(SERIAL), again))),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['subsection-twice', 'warning', 'main', at('eof') - 5 - again.length],
    ]);
  });

  it('is silent about one', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
