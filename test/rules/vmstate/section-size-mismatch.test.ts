import { describe, expect, it } from 'vitest';
import { join, u8 } from '../../build/bytes.js';
import { vmsdPayload } from '../../build/device.js';
import { full, subsection } from '../../build/elements.js';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { headerLength, NOTHING, precopy } from '../streams.js';

describe('section-size-mismatch', () => {
  it('names a section with a byte too many', async () => {
    const { bytes, at } = precopy({
      devices: join(full(TIMER, join(vmsdPayload(TIMER), u8(0))), fullSections([SERIAL])),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['section-size-mismatch', 'error', 'main', at('devices') + headerLength('timer')],
    ]);
  });

  it('names a subsection that the vmdesc does not have', async () => {
    const { bytes, at } = precopy({
      devices: join(full(TIMER, join(vmsdPayload(TIMER), subsection('timer/foo', NOTHING))), fullSections([SERIAL])),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['section-size-mismatch', 'error', 'main', at('devices') + headerLength('timer')],
    ]);
  });

  it('is silent about a section that has what is described', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
