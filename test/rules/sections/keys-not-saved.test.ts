import { describe, expect, it } from 'vitest';
import { join, u64 } from '../../build/bytes.js';
import { end, RAM, start } from '../../build/elements.js';
import { eos } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('keys-not-saved', () => {
  it('names the mark', async () => {
    const keys = { id: 3, idstr: 's390-storage_attributes', version: 0 };
    const { bytes, at } = precopy({
      opening: start(keys, u64(1)),
      end: join(end(keys.id, u64(4)), end(RAM.id, eos())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['keys-not-saved', 'error', 'main', at('end') + 5]]);
  });

  it('is silent about attributes that are whole', async () => {
    const keys = { id: 3, idstr: 's390-storage_attributes', version: 0 };
    const { bytes } = precopy({
      opening: start(keys, u64(1)),
      end: join(end(keys.id, join(u64(8), u64(1))), end(RAM.id, eos())),
    });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
