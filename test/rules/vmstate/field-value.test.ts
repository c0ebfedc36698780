import { describe, expect, it } from 'vitest';
import { u32, u8 } from '../../build/bytes.js';
import { raw, vmdescText } from '../../build/device.js';
import { vmdesc } from '../../build/elements.js';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { headerLength, precopy } from '../streams.js';

describe('field-value', () => {
  it('warns of a bool that is neither 0 nor 1', async () => {
    const device = { ...TIMER, fields: [raw('on', u8(2), 'bool')] };
    const { bytes, at } = precopy({ devices: fullSections([device]), vmdesc: vmdesc(vmdescText([device])) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['field-value', 'warning', 'main', at('devices') + headerLength('timer')],
    ]);
  });

  it('names a bound that is negative, and a marker that is none', async () => {
    const device = {
      ...TIMER,
      fields: [raw('max', u32(0xffff_ffff), 'int32 le'), raw('next', u8(0x32), 'ptr-marker')],
    };
    const { bytes, at } = precopy({ devices: fullSections([device]), vmdesc: vmdesc(vmdescText([device])) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['field-value', 'error', 'main', at('devices') + headerLength('timer')],
      ['field-value', 'error', 'main', at('devices') + headerLength('timer') + 4],
    ]);
  });

  it('is silent about values that there are', async () => {
    const device = {
      ...TIMER,
      fields: [raw('on', u8(1), 'bool'), raw('max', u32(7), 'int32 le'), raw('next', u8(0x30), 'nullptr')],
    };
    const { bytes } = precopy({ devices: fullSections([device]), vmdesc: vmdesc(vmdescText([device])) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
