import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { part, RAM } from '../../build/elements.js';
import { eos, xbzrle, xbzrleRuns } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { PASS, precopy } from '../streams.js';

describe('xbzrle-without-base', () => {
  it('names the first record of a block without a base', async () => {
    const { bytes, at } = precopy({
      part: part(RAM.id, join(xbzrle(0, xbzrleRuns([8, Buffer.from('new')]), 'pc.ram'), PASS, eos())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['xbzrle-without-base', 'error', 'main', at('part') + 5]]);
  });

  it('is silent about a page that was sent before', async () => {
    const { bytes } = precopy({
      part: part(RAM.id, join(PASS, xbzrle(0, xbzrleRuns([8, Buffer.from('new')]), 'pc.ram'), eos())),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
