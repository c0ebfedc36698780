import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { end, RAM, switchoverStart } from '../../build/elements.js';
import { eos } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy, precopy } from '../streams.js';

describe('end-twice', () => {
  it('names the second END', async () => {
    const one = end(RAM.id, eos());
    const { bytes, at } = precopy({ end: join(one, one) });
    expect(brief(await judgeMain(bytes))).toEqual([['end-twice', 'warning', 'main', at('end') + one.length]]);
  });

  it('is silent about an END that comes again behind the switch', async () => {
    const { bytes } = postcopy({ switchover: join(switchoverStart(), end(RAM.id, eos())) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
