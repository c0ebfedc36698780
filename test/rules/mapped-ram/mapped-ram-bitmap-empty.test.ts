import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { mappedFile, PAGES } from '../mapped-files.js';

describe('mapped-ram-bitmap-empty', () => {
  it('names the first bitmap', async () => {
    const { bytes, list } = mappedFile({ blocks: PAGES.map((block) => ({ ...block, pages: new Map() })) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['mapped-ram-bitmap-empty', 'error', 'main', list + 8 + 7 + 8 + 28],
    ]);
  });

  it('is silent about a block of zeros beside others', async () => {
    const [ram, rom] = PAGES;
    expect(await judgeMain(mappedFile({ blocks: [ram!, { ...rom!, pages: new Map() }] }).bytes)).toEqual([]);
  });
});
