import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, part, RAM, start } from '../../build/elements.js';
import { eos, memSize } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { BLOCKS, NOTHING, precopy } from '../streams.js';

describe('capability-refused', () => {
  it('names a capability that no release has', async () => {
    const { bytes, at } = precopy({ configuration: configuration('pc-q35-10.0', { capabilities: ['x-teleport'] }) });
    expect(brief(await judgeMain(bytes))).toEqual([['capability-refused', 'error', 'main', at('configuration')]]);
  });

  it('names one that came behind the destination', async () => {
    const { bytes, at } = precopy({
      configuration: configuration('pc-q35-8.2', { capabilities: ['mapped-ram'] }),
      switchover: NOTHING,
      start: start(RAM, eos()),
      part: part(RAM.id, eos()),
    });
    expect(brief(await judgeMain(bytes, { target: { version: '8.2' } }))).toEqual([
      ['capability-refused', 'error', 'main', at('configuration')],
      ['block-list-place', 'warning', 'main', at('start')],
    ]);
  });

  it('is silent about one that is recorded', async () => {
    const { bytes } = precopy({
      configuration: configuration('pc-q35-10.0', { capabilities: ['x-ignore-shared'] }),
      start: start(RAM, join(memSize(BLOCKS.map((block) => ({ ...block, address: 0 }))), eos())),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
