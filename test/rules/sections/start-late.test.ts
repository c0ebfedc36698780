import { describe, expect, it } from 'vitest';
import { hexBytes, join } from '../../build/bytes.js';
import { end, part, RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, PASS, precopy } from '../streams.js';

const BITMAP = { id: 3, idstr: 'dirty-bitmap' };

describe('start-late', () => {
  it('names a START behind the first PART', async () => {
    const { bytes, at } = precopy({
      part: join(part(RAM.id, join(PASS, eos())), start(BITMAP, hexBytes('01'))),
      end: join(end(RAM.id, eos()), end(BITMAP.id, hexBytes('01'))),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['start-late', 'warning', 'main', at('switchover') - start(BITMAP, hexBytes('01')).length],
    ]);
  });

  it('is silent before it', async () => {
    const { bytes } = precopy({
      start: join(start(RAM, join(memSize(BLOCKS), eos())), start(BITMAP, hexBytes('01'))),
      end: join(end(RAM.id, eos()), end(BITMAP.id, hexBytes('01'))),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
