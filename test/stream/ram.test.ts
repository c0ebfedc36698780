import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { join, noise, u16, u32, u64, u8 } from '../build/bytes.js';
import { decode, type Decoded, hashOf } from '../build/decode.js';
import { configuration, end, eof, header, listen, packaged, part, RAM, run, start } from '../build/elements.js';
import { compressed, eos, flush, hook, memSize, page, xbzrle, xbzrleRuns, zero } from '../build/ram.js';

const BLOCKS = [
  { name: 'a', usedLength: 0x10_0000 },
  { name: 'b', usedLength: 0x10_0000 },
];
const OPENING = join(header(), configuration('pc', { pageBits: 12 }), start(RAM, join(memSize(BLOCKS), eos())));

const ramPart = (...records: readonly Buffer[]): Promise<Decoded> =>
  decode(join(OPENING, part(RAM.id, join(...records, eos())), end(RAM.id, eos()), eof()));

describe('ram records', () => {
  it('say kind, block, address, place and body', async () => {
    const contents = noise(0x1000);
    const runs = xbzrleRuns([3, noise(9)]);
    const { pages, rules } = await ramPart(
      page(0x1000, contents, 'b'),
      zero(0x2000),
      zero(0x3000, 'a', 0xff),
      xbzrle(0x1000, runs, 'b'),
      compressed(0x4000, contents),
    );
    expect(rules).toEqual([]);
    const at = OPENING.length + 5;
    expect(pages).toMatchObject([
      {
        kind: 'normal',
        block: 'b',
        address: 0x1000,
        offset: at,
        size: 0x1000,
        hash: hashOf(contents),
        pageSize: 0x1000,
      },
      { kind: 'zero', block: 'b', address: 0x2000, offset: at + 8 + 2 + 0x1000, size: 1, hash: hashOf(u8(0)) },
      { kind: 'zero', block: 'a', address: 0x3000, size: 1, hash: hashOf(u8(0xff)) },
      { kind: 'xbzrle', block: 'b', address: 0x1000, size: runs.length, hash: hashOf(runs) },
      { kind: 'compressed', block: 'b', address: 0x4000 },
    ]);
  });

  it('keep the block over sections', async () => {
    const { pages } = await decode(
      join(
        OPENING,
        part(RAM.id, join(zero(0, 'b'), eos())),
        part(RAM.id, join(zero(0x1000), eos())),
        end(RAM.id, eos()),
        eof(),
      ),
    );
    expect(pages.map(({ block }) => block)).toEqual(['b', 'b']);
  });

  it('keep the block over the switch to postcopy', async () => {
    const { pages, rules } = await decode(
      join(
        OPENING,
        part(RAM.id, join(zero(0, 'b'), eos())),
        packaged(join(listen(), run())),
        end(RAM.id, join(zero(0x1000), eos())),
        eof(),
      ),
    );
    expect(pages.map(({ block, postcopy }) => [block, postcopy])).toEqual([
      ['b', false],
      ['b', true],
    ]);
    expect(rules).toEqual([]);
  });

  it('may stand in START, as in the oldest streams', async () => {
    const bytes = join(
      header(),
      configuration('pc', { pageBits: 12 }),
      start(RAM, join(memSize(BLOCKS), zero(0, 'a'), eos())),
      eof(),
    );
    expect((await decode(bytes)).pages).toHaveLength(1);
  });

  it('that carry no page are marks', async () => {
    const decoded = await ramPart(zero(0, 'a'), flush(), hook(), u64(0x5000 | 0x200 | 0x20));
    expect(decoded.of('ram-mark').map(({ name }) => name)).toEqual([
      'EOS',
      'MULTIFD_FLUSH',
      'HOOK',
      'MULTIFD_FLUSH',
      'EOS',
      'EOS',
    ]);
    expect(decoded.rules).toEqual([]);
  });

  it('name blocks that no list declares', async () => {
    const { pages, rules } = await ramPart(zero(2 ** 40, 'elsewhere'));
    expect(pages).toMatchObject([{ block: 'elsewhere', address: 2 ** 40 }]);
    expect(rules).toEqual([]);
  });

  it('come in batches of any number', async () => {
    const records = [zero(0, 'a'), ...Array.from({ length: 10_000 }, (_, i) => zero(((i + 1) % 256) * 0x1000))];
    const { pages } = await ramPart(...records);
    expect(pages).toHaveLength(10_001);
    expect(pages[9999]!.address).toBe((9999 % 256) * 0x1000);
  });

  it('come back as they were written', async () => {
    const record = fc.record({
      address: fc.integer({ min: 0, max: 255 }).map((number) => number * 0x1000),
      block: fc.constantFrom(undefined, 'a', 'b'),
      kind: fc.constantFrom('zero', 'normal', 'xbzrle', 'compressed'),
      seed: fc.integer({ min: 1, max: 1000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { maxLength: 12 }),
        fc.integer({ min: 1, max: 9000 }),
        async (records, chunk) => {
          let block = 'a';
          const bytes = [zero(0, 'a')];
          const wanted = [{ kind: 'zero', block, address: 0 }];
          for (const { address, block: named, kind, seed } of records) {
            block = named ?? block;
            if (kind === 'zero') bytes.push(zero(address, named));
            else if (kind === 'normal') bytes.push(page(address, noise(0x1000, seed), named));
            else if (kind === 'xbzrle') bytes.push(xbzrle(address, xbzrleRuns([seed, noise(seed, seed)]), named));
            else bytes.push(compressed(address, Buffer.alloc(0x1000, seed), named));
            wanted.push({ kind, block, address });
          }
          const stream = join(OPENING, part(RAM.id, join(...bytes, eos())), end(RAM.id, eos()), eof());
          const { pages, end: last } = await decode(stream, { chunk });
          expect(pages).toMatchObject(wanted);
          expect(last.complete).toBe(true);
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('ram records that are wrong', () => {
  it.each([
    ['a continued first page', zero(0), 'ram-continue'],
    ['no kind', u64(0x1000), 'ram-flags'],
    ['two kinds', join(u64(0x2 | 0x8), Buffer.alloc(20)), 'ram-flags'],
    ['the flag of 2009', join(u64(0x001), Buffer.alloc(20, 1)), 'ram-flags'],
    ['xbzrle of another encoding', xbzrle(0, Buffer.alloc(0), 'a', 2), 'ram-xbzrle'],
    [
      'xbzrle longer than a page',
      join(u64(0x40), u8(1), Buffer.from('a'), u8(1), u16(0x1001), Buffer.alloc(0x1001)),
      'ram-xbzrle',
    ],
    ['a compressed page of nothing', join(u64(0x100), u8(1), Buffer.from('a'), u32(0)), 'ram-compressed'],
    ['a compressed page of 4 GiB', join(u64(0x100), u8(1), Buffer.from('a'), u32(0xffff_ffff)), 'ram-compressed'],
  ])('%s', async (_what, bytes, rule) => {
    const decoded = await ramPart(bytes);
    expect(decoded.rules).toEqual([rule]);
    expect(decoded.of('eof')).toHaveLength(1);
    expect(decoded.end.complete).toBe(false);
  });

  it('are stepped over where they say how long they are', async () => {
    const decoded = await ramPart(xbzrle(0, Buffer.from([5, 0, 1]), 'a'), zero(0x1000));
    expect(decoded.rules).toEqual(['ram-xbzrle']);
    expect(decoded.pages).toHaveLength(2);
    expect(decoded.end.complete).toBe(true);
  });

  it('outside their block are reported once for each block', async () => {
    const decoded = await ramPart(zero(0x10_0000, 'a'), zero(0x11_0000), zero(0x10_0000, 'b'), zero(0xf_f000));
    expect(decoded.rules).toEqual(['ram-address', 'ram-address']);
    expect(decoded.problems[0]).toMatchObject({
      found: '0x100000',
      expected: 'below 0x100000',
      offset: OPENING.length + 5,
    });
    expect(decoded.pages).toHaveLength(4);
  });

  it('in a section of another version are not read', async () => {
    const decoded = await decode(join(header(), start({ ...RAM, version: 3 }, join(memSize(BLOCKS), eos())), eof()));
    expect(decoded.rules).toEqual(['section-version']);
  });
});
