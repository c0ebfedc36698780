import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, postcopy } from '../streams.js';

describe('capability-conflict', () => {
  it('names postcopy beside x-ignore-shared', async () => {
    const { bytes, at } = postcopy({
      configuration: configuration('pc-q35-10.0', { capabilities: ['x-ignore-shared'] }),
      start: start(RAM, join(memSize(BLOCKS.map((block) => ({ ...block, address: 0 }))), eos())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['capability-conflict', 'warning', 'main', at('advise')]]);
  });

  it('is silent about postcopy alone', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
