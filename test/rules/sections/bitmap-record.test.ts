import { describe, expect, it } from 'vitest';
import { hexBytes, join } from '../../build/bytes.js';
import { end, RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, precopy } from '../streams.js';

const BITMAP = { id: 3, idstr: 'dirty-bitmap' };

describe('bitmap-record', () => {
  it('names chunks of a bitmap that was not started', async () => {
    const { bytes, at } = precopy({
      start: join(start(RAM, join(memSize(BLOCKS), eos())), start(BITMAP, hexBytes('01'))),
      end: join(end(RAM.id, eos()), end(BITMAP.id, hexBytes('2c 02 6e30 03 626d31 01'))),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['bitmap-record', 'error', 'main', at('end') + end(RAM.id, eos()).length + 5],
    ]);
  });

  it('is silent where START comes first', async () => {
    const { bytes } = precopy({
      start: join(
        start(RAM, join(memSize(BLOCKS), eos())),
        start(BITMAP, hexBytes('1c 02 6e30 03 626d31 00010000 01 01')),
      ),
      end: join(end(RAM.id, eos()), end(BITMAP.id, hexBytes('2c 02 6e30 03 626d31 01'))),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
