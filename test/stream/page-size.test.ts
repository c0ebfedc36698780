import { describe, expect, it } from 'vitest';
import { join, noise } from '../build/bytes.js';
import { decode } from '../build/decode.js';
import { vmdescText } from '../build/device.js';
import { advise, configuration, end, eof, header, part, RAM, start, vmdesc } from '../build/elements.js';
import { compressed, eos, mappedMemSize, memSize, page, xbzrle, xbzrleRuns, zero } from '../build/ram.js';

const SIZES = [0x100, 0x400, 0x800, 0x1000, 0x2000, 0x4000, 0x8000, 0x1_0000];

/** A stream whose pages have a size, with what states it before and behind. */
function stream(
  pageSize: number,
  {
    machine = 'none',
    pageBits,
    before,
    behind,
  }: { machine?: string; pageBits?: number; before?: Buffer; behind?: Buffer },
): Buffer {
  const none = Buffer.alloc(0);
  const pages = [page(0, noise(pageSize), 'mem')];
  for (let i = 1; i < 12; i++) pages.push(i % 3 === 0 ? zero(i * pageSize) : page(i * pageSize, noise(pageSize, i)));
  return join(
    header(),
    configuration(machine, pageBits === undefined ? {} : { pageBits }),
    before ?? none,
    start(RAM, join(memSize([{ name: 'mem', usedLength: 64 * pageSize }]), eos())),
    part(RAM.id, join(...pages, eos())),
    end(RAM.id, eos()),
    eof(),
    behind ?? none,
  );
}

describe.each(SIZES)('a page size of %d', (pageSize) => {
  it.each([
    ['configuration/target-page-bits', { pageBits: Math.log2(pageSize) }, {}],
    ['POSTCOPY_ADVISE', { before: advise(0x1000, pageSize) }, {}],
    ['vmdesc', { behind: vmdesc(vmdescText([], pageSize)) }, {}],
    ['given', {}, { pageSize }],
    ['the page records fit together', {}, {}],
    ['the page records fit together', { behind: vmdesc(vmdescText([], pageSize)) }, { seekable: false }],
  ])('is learnt: %s', async (evidence, how, options) => {
    const decoded = await decode(stream(pageSize, how), options);
    expect(decoded.rules).toEqual([]);
    expect(decoded.only('page-size')).toMatchObject({ pageSize, evidence });
    expect(decoded.pages).toHaveLength(12);
    expect(decoded.end.complete).toBe(true);
  });

  it('is learnt from a mapped-ram header', async () => {
    const head = join(header(), configuration('none', { capabilities: ['mapped-ram'] }));
    const at = head.length + start(RAM, Buffer.alloc(0), false).length;
    const blocks = [{ name: 'mem', usedLength: 8 * pageSize, pages: new Map([[3, noise(pageSize)]]) }];
    const bytes = join(
      head,
      start(RAM, join(mappedMemSize(at, blocks, { pageSize, alignment: 0x1_0000 }), eos())),
      end(RAM.id, eos()),
      eof(),
    );
    const decoded = await decode(bytes);
    expect(decoded.only('page-size')).toMatchObject({ pageSize, evidence: 'mapped-ram header' });
    expect(decoded.end.complete).toBe(true);
  });
});

describe('the page size', () => {
  it('is what the machine suggests where several fit', async () => {
    const only = (machine: string): Buffer =>
      join(
        header(),
        configuration(machine),
        start(RAM, join(memSize([{ name: 'mem', usedLength: 0x4_0000 }]), eos())),
        part(RAM.id, join(zero(0, 'mem'), zero(0x1_0000), eos())),
        eof(),
      );
    expect((await decode(only('pc'))).only('page-size').pageSize).toBe(0x1000);
    expect((await decode(only('clipper'))).only('page-size').pageSize).toBe(0x2000);
    expect((await decode(only('raspi2b'))).only('page-size').pageSize).toBe(0x400);
  });

  it('is learnt past compressed and xbzrle pages', async () => {
    const bytes = join(
      header(),
      configuration('none'),
      start(RAM, join(memSize([{ name: 'mem', usedLength: 0x4_0000 }]), eos())),
      part(
        RAM.id,
        join(
          compressed(0x2000, Buffer.alloc(0x2000, 3), 'mem'),
          xbzrle(0x4000, xbzrleRuns([0x1800, noise(20)])),
          page(0x6000, noise(0x2000)),
          page(0x8000, noise(0x2000, 2)),
          zero(0xa000),
          eos(),
        ),
      ),
      end(RAM.id, eos()),
      eof(),
    );
    const decoded = await decode(bytes);
    expect(decoded.pages).toHaveLength(5);
    expect(decoded.only('page-size').pageSize).toBe(0x2000);
    expect(decoded.rules).toEqual([]);
  });

  it('is assumed, and said to be, where no size fits', async () => {
    const bytes = join(
      header(),
      configuration('none'),
      start(RAM, join(memSize([{ name: 'mem', usedLength: 0x4_0000 }]), eos())),
      part(RAM.id, join(page(0, noise(0x1000), '\u0001'), eos())),
      end(RAM.id, eos()),
      eof(),
    );
    const decoded = await decode(bytes);
    expect(decoded.rules).toEqual(['ram-page-size']);
    expect(decoded.only('page-size')).toMatchObject({ pageSize: 0x1000, evidence: 'assumed' });
  });

  it.each([0, 3, -4096, 2 ** 40])('of %d in a vmdesc is not believed', async (wrong) => {
    const decoded = await decode(stream(0x1000, { behind: vmdesc(vmdescText([], wrong)) }));
    expect(decoded.only('page-size')).toMatchObject({ pageSize: 0x1000, evidence: 'the page records fit together' });
  });
});
