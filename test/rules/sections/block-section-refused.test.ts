import { describe, expect, it } from 'vitest';
import { join, u64 } from '../../build/bytes.js';
import { configuration, end, RAM, start } from '../../build/elements.js';
import { eos } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('block-section-refused', () => {
  it('names the section for a destination that does not have it', async () => {
    const block = { id: 3, idstr: 'block' };
    const { bytes, at } = precopy({
      configuration: configuration('pc-q35-9.0'),
      switchover: NOTHING,
      opening: start(block, u64(2)),
      end: join(end(block.id, u64(2)), end(RAM.id, eos())),
    });
    expect(brief(await judgeMain(bytes, { target: { version: '9.1' } }))).toEqual([
      ['block-section-refused', 'error', 'main', at('opening')],
    ]);
  });

  it('is silent for one that has it', async () => {
    const block = { id: 3, idstr: 'block' };
    const { bytes } = precopy({
      configuration: configuration('pc-q35-9.0'),
      switchover: NOTHING,
      opening: start(block, u64(2)),
      end: join(end(block.id, u64(2)), end(RAM.id, eos())),
    });
    expect(await judgeMain(bytes, { target: { version: '9.0' } })).toEqual([]);
  });
});
