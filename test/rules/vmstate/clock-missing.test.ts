import { describe, expect, it } from 'vitest';
import { join, u64, u8 } from '../../build/bytes.js';
import { raw, vmdescText } from '../../build/device.js';
import { vmdesc } from '../../build/elements.js';
import { fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { headerLength, precopy } from '../streams.js';

describe('clock-missing', () => {
  it('warns of a clock that is not there', async () => {
    const clock = { id: 9, idstr: 'todclock', vmsdName: '', version: 1, fields: [raw('data', u8(0))] };
    const { bytes, at } = precopy({ devices: fullSections([clock]), vmdesc: vmdesc(vmdescText([clock])) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['clock-missing', 'warning', 'main', at('devices') + headerLength('todclock')],
    ]);
  });

  it('is silent about one that is', async () => {
    const clock = {
      id: 9,
      idstr: 'todclock',
      vmsdName: '',
      version: 1,
      fields: [raw('data', join(u8(1), u8(0), u64(5)))],
    };
    const { bytes } = precopy({ devices: fullSections([clock]), vmdesc: vmdesc(vmdescText([clock])) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
