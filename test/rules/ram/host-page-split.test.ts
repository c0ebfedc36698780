import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { advise, discard, end, part, RAM, start } from '../../build/elements.js';
import { eos, memSize, zero } from '../../build/ram.js';
import { judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

const LARGE = 0x4000;
const BLOCKS = [{ name: 'pc.ram', usedLength: 2 * LARGE, pageSize: LARGE }];
const pages = (block: string, ...addresses: readonly number[]): Buffer =>
  join(...addresses.map((address, i) => zero(address, i === 0 ? block : undefined)));
const WHOLE = [0, 0x1000, 0x2000, 0x3000];

const about = async (...addresses: readonly number[]): Promise<unknown[]> => {
  const { bytes, at } = postcopy({
    advise: advise(0x1000 | LARGE, 0x1000),
    start: start(RAM, join(memSize(BLOCKS), eos())),
    part: part(RAM.id, join(pages('pc.ram', ...WHOLE, ...WHOLE.map((one) => one + LARGE)), eos())),
    discard: discard('pc.ram', [0, 2 * LARGE]),
    end: end(RAM.id, join(pages('pc.ram', ...addresses), eos())),
  });
  return (await judgeMain(bytes))
    .filter(({ rule }) => rule === 'host-page-split')
    .map(({ severity, offset }) => [severity, offset - at('end') - 5]);
};

describe('host-page-split', () => {
  it('names a part of another host page between', async () => {
    expect(await about(0, 0x1000, LARGE, 0x2000, 0x3000)).toEqual([['error', 16 + 9]]);
  });

  it('names a part that is missing, and one that comes first', async () => {
    expect(await about(0, 0x2000)).toHaveLength(1);
    expect(await about(0x1000, 0)).toHaveLength(1);
  });

  it('is silent about whole host pages in any order', async () => {
    expect(await about(...WHOLE.map((one) => one + LARGE), ...WHOLE)).toEqual([]);
  });
});
