import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, end, part, RAM, start } from '../../build/elements.js';
import { eos, flush, memSize, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, NOTHING, precopy } from '../streams.js';

describe('flush-without-multifd', () => {
  it('names the flush', async () => {
    const { bytes, at } = precopy({ end: end(RAM.id, join(flush(), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['flush-without-multifd', 'warning', 'main', at('end') + 5]]);
  });

  it('is silent where pages do not come on the main channel', async () => {
    const { bytes } = precopy({
      start: start(RAM, join(memSize(BLOCKS), flush(), eos())),
      part: part(RAM.id, join(zero(0, 'pc.ram'), zero(0x1000), zero(0x2000), zero(0, 'pc.rom'), eos())),
      end: end(RAM.id, join(flush(), eos())),
    });
    expect((await judgeMain(bytes)).map(({ rule }) => rule)).toEqual(['multifd-not-captured']);
  });

  it('is no more than worth knowing with machine types that 8.1 has, which writes it so', async () => {
    const { bytes } = precopy({
      configuration: configuration('pc-q35-8.1'),
      switchover: NOTHING,
      end: end(RAM.id, join(flush(), eos())),
    });
    expect((await judgeMain(bytes)).map(({ rule, severity }) => [rule, severity])).toEqual([
      ['flush-without-multifd', 'info'],
    ]);
  });
});
