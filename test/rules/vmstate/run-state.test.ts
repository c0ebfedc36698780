import { describe, expect, it } from 'vitest';
import { raw, uint32, vmdescText } from '../../build/device.js';
import { vmdesc } from '../../build/elements.js';
import { fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { headerLength, precopy } from '../streams.js';

describe('run-state', () => {
  it('names a state that there is not', async () => {
    const bytes100 = Buffer.alloc(100);
    bytes100.write('flying');
    const state = {
      id: 9,
      idstr: 'globalstate',
      vmsdName: 'globalstate',
      version: 1,
      fields: [uint32('size', 7), raw('runstate', bytes100)],
    };
    const { bytes, at } = precopy({ devices: fullSections([state]), vmdesc: vmdesc(vmdescText([state])) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['run-state', 'error', 'main', at('devices') + headerLength('globalstate')],
    ]);
  });

  it('warns of a length that is not its own', async () => {
    const bytes100 = Buffer.alloc(100);
    bytes100.write('paused');
    const state = {
      id: 9,
      idstr: 'globalstate',
      vmsdName: 'globalstate',
      version: 1,
      fields: [uint32('size', 9), raw('runstate', bytes100)],
    };
    const { bytes, at } = precopy({ devices: fullSections([state]), vmdesc: vmdesc(vmdescText([state])) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['run-state', 'warning', 'main', at('devices') + headerLength('globalstate')],
    ]);
  });

  it('is silent about paused', async () => {
    const bytes100 = Buffer.alloc(100);
    bytes100.write('paused');
    const state = {
      id: 9,
      idstr: 'globalstate',
      vmsdName: 'globalstate',
      version: 1,
      fields: [uint32('size', 7), raw('runstate', bytes100)],
    };
    const { bytes } = precopy({ devices: fullSections([state]), vmdesc: vmdesc(vmdescText([state])) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
