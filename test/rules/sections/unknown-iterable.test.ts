import { describe, expect, it } from 'vitest';
import { hexBytes, join, u32 } from '../../build/bytes.js';
import { vmsdPayload } from '../../build/device.js';
import { end, RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, precopy } from '../streams.js';

const BITMAP = { id: 3, idstr: 'dirty-bitmap' };

describe('unknown-iterable', () => {
  it('names a START that no release writes', async () => {
    const { bytes, at } = precopy({
      start: join(start({ id: 9, idstr: 'disk' }, u32(0)), start(RAM, join(memSize(BLOCKS), eos()))),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['unknown-iterable', 'error', 'main', at('start')]]);
  });

  it('warns of a device of the guest', async () => {
    const timer = start(TIMER, vmsdPayload(TIMER));
    const { bytes, at } = precopy({ devices: join(timer, fullSections([SERIAL])) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['start-late', 'warning', 'main', at('devices')],
      ['unknown-iterable', 'warning', 'main', at('devices')],
    ]);
  });

  it('is silent about dirty bitmaps', async () => {
    const { bytes } = precopy({
      start: join(start(RAM, join(memSize(BLOCKS), eos())), start(BITMAP, hexBytes('01'))),
      end: join(end(RAM.id, eos()), end(BITMAP.id, hexBytes('01'))),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
