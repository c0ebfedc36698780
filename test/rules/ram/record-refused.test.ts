import { describe, expect, it } from 'vitest';
import { join, noise } from '../../build/bytes.js';
import { configuration, end, part, RAM, start } from '../../build/elements.js';
import { compressed, eos, flush, memSize, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, NOTHING, precopy } from '../streams.js';

describe('record-refused', () => {
  it('names COMPRESS_PAGE on a machine type of 10.0', async () => {
    const { bytes, at } = precopy({ end: end(RAM.id, join(compressed(0, noise(0x1000), 'pc.ram'), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['record-refused', 'error', 'main', at('end') + 5]]);
  });

  it('names COMPRESS_PAGE where its length cannot be right, too', async () => {
    const record = compressed(0, noise(0x1000), 'pc.ram');
    record.writeUInt32BE(0x7fffffff, 8 + 1 + 'pc.ram'.length);
    const { bytes, at } = precopy({ end: end(RAM.id, join(record, eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['record-refused', 'error', 'main', at('end') + 5]]);
  });

  it('names MULTIFD_FLUSH for a destination of 8.0', async () => {
    const { bytes, at } = precopy({
      configuration: configuration('pc-q35-8.0'),
      switchover: NOTHING,
      start: start(RAM, join(memSize(BLOCKS), flush(), eos())),
      part: part(RAM.id, join(zero(0, 'pc.ram'), zero(0x1000), zero(0x2000), zero(0, 'pc.rom'), eos())),
    });
    const findings = await judgeMain(bytes, { target: { version: '8.0' } });
    expect(brief(findings.filter(({ severity }) => severity !== 'info'))).toEqual([
      ['record-refused', 'error', 'main', at('part') - 5 - 16],
    ]);
  });

  it('is silent about COMPRESS_PAGE on one of 9.0', async () => {
    const { bytes } = precopy({
      configuration: configuration('pc-q35-9.0'),
      switchover: NOTHING,
      end: end(RAM.id, join(compressed(0, noise(0x1000), 'pc.ram'), eos())),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
