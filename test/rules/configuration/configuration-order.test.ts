import { describe, expect, it } from 'vitest';
import { join, u32 } from '../../build/bytes.js';
import { configuration, subsection } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('configuration-order', () => {
  it('names a subsection that comes too late', async () => {
    const uuid = subsection('configuration/uuid', Buffer.alloc(16));
    const bits = subsection('configuration/target-page-bits', u32(12));
    const { bytes, at } = precopy({ configuration: join(configuration('pc-q35-10.0'), uuid, bits) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['configuration-order', 'warning', 'main', at('opening') - bits.length],
    ]);
  });

  it('is silent about the order of sources', async () => {
    const { bytes } = precopy({
      configuration: configuration('pc-q35-10.0', { pageBits: 12, uuid: '11111111-2222-3333-4444-555555555555' }),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
