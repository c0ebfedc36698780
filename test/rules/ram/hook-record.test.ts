import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, end, RAM } from '../../build/elements.js';
import { eos, hook } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('hook-record', () => {
  it('names the record', async () => {
    const { bytes, at } = precopy({ end: end(RAM.id, join(hook(), eos())) });
    expect(brief(await judgeMain(bytes))).toEqual([['hook-record', 'warning', 'main', at('end') + 5]]);
  });

  it('is graver for a destination that gives up at it', async () => {
    const { bytes, at } = precopy({
      configuration: configuration('pc-q35-9.2'),
      switchover: NOTHING,
      end: end(RAM.id, join(hook(), eos())),
    });
    expect(brief(await judgeMain(bytes, { target: { version: '9.2' } }))).toEqual([
      ['hook-record', 'error', 'main', at('end') + 5],
    ]);
  });

  it('is silent where there is none', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
