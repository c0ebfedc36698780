import { describe, expect, it } from 'vitest';
import { join, noise } from '../../build/bytes.js';
import { vmdescText } from '../../build/device.js';
import { part, RAM, vmdesc } from '../../build/elements.js';
import { eos, page, zero } from '../../build/ram.js';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain, judgeStream } from '../harness.js';
import { precopy } from '../streams.js';

describe('pages-never-sent', () => {
  it('counts the pages by block', async () => {
    const { bytes, at } = precopy({ part: part(RAM.id, join(page(0, noise(0x1000), 'pc.ram'), zero(0x1000), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['pages-never-sent', 'error', 'main', at('end')]]);
  });

  it('only tells of it where a balloon can leave pages out', async () => {
    const balloon = { ...TIMER, id: 9, idstr: '0000:00:05.0/virtio-balloon' };
    const { bytes, at } = precopy({
      part: part(RAM.id, join(page(0, noise(0x1000), 'pc.ram'), eos())),
      devices: fullSections([balloon]),
      vmdesc: vmdesc(vmdescText([balloon])),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['pages-never-sent', 'info', 'main', at('end')]]);
  });

  it('only tells of it where a stream alone may be one of multifd', async () => {
    const { bytes, at } = precopy({ part: part(RAM.id, eos()) });
    expect(brief(await judgeStream(bytes))).toEqual([['pages-never-sent', 'info', 'main', at('end')]]);
  });

  it('is silent about pages that come in a later pass', async () => {
    const { bytes } = precopy({
      part: join(
        part(RAM.id, join(page(0, noise(0x1000), 'pc.ram'), eos())),
        part(RAM.id, join(zero(0x1000), zero(0x2000), zero(0, 'pc.rom'), eos())),
      ),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
