import { describe, expect, it } from 'vitest';
import { join, u16, u32, u64 } from '../../build/bytes.js';
import { end, RAM, start } from '../../build/elements.js';
import { eos } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('htab-record', () => {
  it('names a chunk outside of the table', async () => {
    const htab = { id: 3, idstr: 'spapr/htab' };
    const chunk = join(u32(0), u32(0x4000), u16(0), u16(1), u64(0));
    const { bytes, at } = precopy({
      opening: start(htab, u32(18)),
      end: join(end(htab.id, chunk), end(RAM.id, eos())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['htab-record', 'error', 'main', at('end') + 5 + 4]]);
  });

  it('is silent about the last entry of it', async () => {
    const htab = { id: 3, idstr: 'spapr/htab' };
    const chunk = join(u32(0), u32(0x3fff), u16(0), u16(1), u64(0));
    const { bytes } = precopy({ opening: start(htab, u32(18)), end: join(end(htab.id, chunk), end(RAM.id, eos())) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
