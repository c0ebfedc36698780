import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('subsection-version', () => {
  it('names both versions', async () => {
    const { bytes } = precopy();
    const version = bytes.indexOf('serial/thr') + 10;
    bytes[version + 3] = 99;
    expect(brief(await judgeMain(bytes))).toEqual([['subsection-version', 'error', 'main', version]]);
  });

  it('warns of one that reads the same in eight bits', async () => {
    const { bytes } = precopy();
    const version = bytes.indexOf('serial/thr') + 10;
    bytes[version + 2] = 1;
    expect(brief(await judgeMain(bytes))).toEqual([['subsection-version', 'warning', 'main', version]]);
  });

  it('is silent where they agree', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
