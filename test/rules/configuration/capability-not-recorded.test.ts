import { describe, expect, it } from 'vitest';
import { configuration } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('capability-not-recorded', () => {
  it('names a capability that no source writes there', async () => {
    const { bytes, at } = precopy({ configuration: configuration('pc-q35-10.0', { capabilities: ['multifd'] }) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['capability-not-recorded', 'warning', 'main', at('configuration')],
    ]);
  });

  it('is silent without a list', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
