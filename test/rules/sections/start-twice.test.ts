import { describe, expect, it } from 'vitest';
import { hexBytes, join } from '../../build/bytes.js';
import { end, RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, precopy } from '../streams.js';

const BITMAP = { id: 3, idstr: 'dirty-bitmap' };

describe('start-twice', () => {
  it('names the second START', async () => {
    const one = start(RAM, join(memSize(BLOCKS), eos()));
    const { bytes, at } = precopy({ start: join(one, one) });
    expect(brief(await judgeMain(bytes))).toEqual([['start-twice', 'warning', 'main', at('start') + one.length]]);
  });

  it('is silent about a second handler', async () => {
    const { bytes } = precopy({
      start: join(start(RAM, join(memSize(BLOCKS), eos())), start(BITMAP, hexBytes('01'))),
      end: join(end(RAM.id, eos()), end(BITMAP.id, hexBytes('01'))),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
