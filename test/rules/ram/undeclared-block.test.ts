import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { end, part, RAM, start } from '../../build/elements.js';
import { eos, memSize, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, PASS, precopy } from '../streams.js';

describe('undeclared-block', () => {
  it('names the first page of the block', async () => {
    const { bytes, at } = precopy({ end: end(RAM.id, join(zero(0, 'vga.vram'), zero(0x1000), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['undeclared-block', 'error', 'main', at('end') + 5]]);
  });

  it('warns of pages before the list', async () => {
    const { bytes, at } = precopy({ start: start(RAM, join(PASS, memSize(BLOCKS), eos())), part: part(RAM.id, eos()) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['undeclared-block', 'warning', 'main', at('start') + 17],
      ['undeclared-block', 'warning', 'main', at('start') + 17 + PASS.length - zero(0, 'pc.rom').length],
      ['block-list-place', 'warning', 'main', at('start') + 17 + PASS.length],
    ]);
  });

  it('is silent about blocks of the list', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
