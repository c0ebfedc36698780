import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { mappedFile } from '../mapped-files.js';

describe('mapped-ram-stray-bits', () => {
  it('names the end of the bitmap', async () => {
    const { bytes, list } = mappedFile();
    const bitmap = list + 8 + 7 + 8 + 28;
    bytes[bitmap] = 0x0a;
    expect(brief(await judgeMain(bytes))).toEqual([['mapped-ram-stray-bits', 'warning', 'main', bitmap]]);
  });

  it('is silent about bits of pages', async () => {
    const { bytes, list } = mappedFile();
    bytes[list + 8 + 7 + 8 + 28] = 0x07;
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
