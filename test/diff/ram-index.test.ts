import { describe, expect, it } from 'vitest';
import { compareRam, unknownPages } from '../../src/diff/ram.js';
import { PAGE_ABSENT, PAGE_HASHED, PAGE_IS_ZERO, PAGE_UNKNOWN } from '../../src/diff/ram-index.js';
import { join } from '../build/bytes.js';
import { advise, configuration, discard, end, eof, header, RAM, start } from '../build/elements.js';
import {
  compressed,
  eos,
  type MappedBlock,
  mappedMemSize,
  memSize,
  page,
  xbzrle,
  xbzrleRuns,
  zero,
} from '../build/ram.js';
import { BLOCK, hash, indexed, ONE, PAGE, pages, states, stream, TWO } from './ram-streams.js';

describe('RamIndex', () => {
  it('keeps the last record of each page', async () => {
    const snapshot = await indexed(
      stream(
        pages(page(0, ONE, 'ram'), zero(PAGE), page(2 * PAGE, ONE)),
        pages(page(PAGE, TWO, 'ram'), zero(2 * PAGE)),
      ),
    );
    expect(states(snapshot).slice(0, 4)).toEqual([PAGE_HASHED, PAGE_HASHED, PAGE_IS_ZERO, PAGE_ABSENT]);
    expect([...snapshot.blocks[0]!.chunks.get(0)!.hashes!.subarray(0, 4)]).toEqual([...hash(ONE), ...hash(TWO)]);
    expect(snapshot).toMatchObject({ pageSize: PAGE, dropped: 0 });
  });

  it('takes a page of zeros for a zero page, and a fill byte for contents', async () => {
    const snapshot = await indexed(stream(pages(page(0, Buffer.alloc(PAGE), 'ram'), zero(PAGE, undefined, 7))));
    expect(states(snapshot).slice(0, 2)).toEqual([PAGE_IS_ZERO, PAGE_HASHED]);
    expect([...snapshot.blocks[0]!.chunks.get(0)!.hashes!.subarray(2, 4)]).toEqual(hash(Buffer.alloc(PAGE, 7)));
  });

  it('unpacks compressed pages', async () => {
    const snapshot = await indexed(stream(pages(compressed(0, ONE, 'ram'))));
    expect([...snapshot.blocks[0]!.chunks.get(0)!.hashes!.subarray(0, 2)]).toEqual(hash(ONE));
  });

  it('does not know pages that came as changes of themselves, until they come whole', async () => {
    const changed = xbzrle(0, xbzrleRuns([3, Buffer.from('ab')]), 'ram');
    const snapshot = await indexed(stream(pages(page(0, ONE, 'ram')), pages(changed)));
    expect(states(snapshot)[0]).toBe(PAGE_UNKNOWN);
    expect([...unknownPages(snapshot)]).toEqual([['ram', [0]]]);
    expect(states(await indexed(stream(pages(changed), pages(page(0, ONE, 'ram')))))[0]).toBe(PAGE_HASHED);
  });

  it('forgets what postcopy takes back', async () => {
    const snapshot = await indexed(
      stream(
        advise(PAGE, PAGE),
        pages(...Array.from({ length: 8 }, (_, i) => page(i * PAGE, ONE, 'ram'))),
        discard('ram', [PAGE, 2 * PAGE], [6 * PAGE, 2 ** 60]),
      ),
    );
    expect(states(snapshot).map((state) => state === PAGE_HASHED)).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('reads mapped-ram files', async () => {
    const blocks: MappedBlock[] = [{ name: 'ram', usedLength: 4 * PAGE, pages: new Map([[2, ONE]]) }];
    const head = join(header(), configuration('none', { pageBits: 10, capabilities: ['mapped-ram'] }));
    const at = head.length + 1 + 4 + 1 + 3 + 4 + 4;
    const list = mappedMemSize(at, blocks, { pageSize: PAGE, alignment: 0x1000 });
    const snapshot = await indexed(join(head, start(RAM, join(list, eos())), end(RAM.id, eos()), eof()));
    expect(states(snapshot).slice(0, 4)).toEqual([PAGE_IS_ZERO, PAGE_IS_ZERO, PAGE_HASHED, PAGE_IS_ZERO]);
    const plain = await indexed(stream(pages(zero(0, 'ram'), zero(PAGE), page(2 * PAGE, ONE), zero(3 * PAGE))));
    const { blocks: found } = compareRam(snapshot, plain);
    expect(found).toMatchObject([{ pagesDiffer: 0, pagesCompared: 4, lengthA: 4 * PAGE, lengthB: BLOCK }]);
  });

  it('is bounded by what was read', async () => {
    const far = [{ name: 'ram', usedLength: 2 ** 50 }];
    const records = Array.from({ length: 5000 }, (_, i) => zero(i * 2 ** 30, i === 0 ? 'ram' : undefined));
    const bytes = join(
      header(),
      configuration('none', { pageBits: 10 }),
      start(RAM, join(memSize(far), eos())),
      pages(...records),
      eof(),
    );
    const { blocks, dropped } = await indexed(bytes);
    expect(blocks[0]!.chunks.size).toBe(5000);
    expect(dropped).toBe(0);
  });
});
