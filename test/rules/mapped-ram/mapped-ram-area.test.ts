import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { mappedFile } from '../mapped-files.js';

/** Where the bitmap of the first block stands: behind the total, the entry and the header. */
const FIRST = 8 + 7 + 8 + 28;

describe('mapped-ram-area', () => {
  it('names pages that do not lie at the next MiB', async () => {
    const { bytes, list } = mappedFile({ alignment: 0x1000 });
    expect(brief(await judgeMain(bytes))[0]).toEqual(['mapped-ram-area', 'warning', 'main', list + FIRST]);
  });

  it('names a block whose offsets count from another place', async () => {
    const { bytes } = mappedFile();
    const entry = bytes.lastIndexOf('pc.rom', 0x20_0000, 'latin1');
    const bitmapOffset = entry + 6 + 8 + 4 + 8;
    bytes.writeBigUInt64BE(bytes.readBigUInt64BE(bitmapOffset) + 0x10_0000n, bitmapOffset);
    bytes.writeBigUInt64BE(bytes.readBigUInt64BE(bitmapOffset + 8) + 0x10_0000n, bitmapOffset + 8);
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([['mapped-ram-area', 'error', 'main', bitmapOffset + 16]]);
  });

  it('is silent about a file, and about a stream that was cut out of one', async () => {
    expect(await judgeMain(mappedFile().bytes)).toEqual([]);
    expect(await judgeMain(mappedFile({ fileOffset: 0x1000 }).bytes)).toEqual([]);
  });
});
