import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { mappedWords } from '../../src/stream/mapped-ram.js';
import { readStream } from '../../src/read.js';
import type { EventOf } from '../../src/stream/events.js';
import { join, noise, u64 } from '../build/bytes.js';
import { decode, hashOf } from '../build/decode.js';
import { configuration, end, eof, header, part, RAM, start } from '../build/elements.js';
import { eos, type MappedBlock, type MappedOptions, mappedMemSize, memSize } from '../build/ram.js';

const PAGES = new Map([0, 1, 63, 64, 69].map((number) => [number, noise(0x1000, number + 1)]));

/** 70 pages: six words of the second half of the bitmap have no page. */
const MEM: MappedBlock = { name: 'mem', usedLength: 70 * 0x1000, pages: PAGES };
const ROM: MappedBlock = { name: 'rom', usedLength: 0x2000, pages: new Map([[1, noise(0x1000, 99)]]) };

function stream(blocks: readonly MappedBlock[], options: MappedOptions = {}, capabilities = ['mapped-ram']): Buffer {
  const head = join(header(), configuration('virt-10.0', { capabilities }));
  const at = head.length + start(RAM, Buffer.alloc(0), false).length;
  return join(
    head,
    start(RAM, join(mappedMemSize(at, blocks, options), eos())),
    part(RAM.id, eos()),
    end(RAM.id, eos()),
    eof(),
  );
}

const WAYS = [
  { seekable: true },
  { seekable: true, chunk: 1000 },
  { seekable: false },
  { seekable: false, chunk: 1000 },
] as const;

describe('words of mapped-ram files', () => {
  const words = [
    { block: 'mem', offset: 63 * 0x1000 + 0xffe, length: 4 },
    { block: 'mem', offset: 0x1ffe, length: 4 },
    { block: 'mem', offset: 0x2000, length: 2 },
    { block: 'mem', offset: MEM.usedLength - 1, length: 2 },
    { block: 'shared', offset: 0, length: 2 },
    { block: 'none', offset: 0, length: 2 },
  ];
  const asked = async (bytes: Buffer, seekable = true): Promise<EventOf<'mapped-words'>[]> => {
    const seen: EventOf<'mapped-words'>[] = [];
    await readStream(new MemorySource(bytes, 'm', { seekable }), [
      { wantedWords: () => words, event: (event) => void (event.kind === 'mapped-words' && seen.push(event)) },
    ]);
    return seen;
  };

  it.each([false, true])('are read behind the block list (big-endian host: %s)', async (bigEndian) => {
    const [event, ...more] = await asked(stream([MEM, { name: 'shared', usedLength: 0x1000 }], { bigEndian }));
    expect(more).toEqual([]);
    expect(event!.words.map(({ bytes }) => bytes)).toEqual([
      join(PAGES.get(63)!.subarray(0xffe), PAGES.get(64)!.subarray(0, 2)),
      join(PAGES.get(1)!.subarray(0xffe), Buffer.alloc(2)),
      Buffer.alloc(2),
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('have no bytes where the file is too short for them', async () => {
    const bytes = stream([MEM]);
    const { blocks } = (await decode(bytes)).only('ram-blocks');
    const end = blocks[0]!.mappedRam!.pagesOffset + 64 * 0x1000;
    const [across, whole] = mappedWords(new MemorySource(bytes.subarray(0, end), 'm'), blocks, words);
    expect(across!.bytes).toBeUndefined();
    expect(whole!.bytes).toHaveLength(4);
  });

  it('are not read from a pipe, nor of other streams', async () => {
    expect(await asked(stream([MEM]), false)).toEqual([]);
    const plain = join(header(), configuration('virt-10.0'), start(RAM, join(memSize([ROM]), eos())), eof());
    expect(await asked(plain)).toEqual([]);
  });
});

describe.each(WAYS)('mapped-ram (%o)', (way) => {
  it('is counted from the bitmap', async () => {
    const bytes = stream([MEM, ROM]);
    const decoded = await decode(bytes, way);
    expect(decoded.rules).toEqual([]);
    expect(decoded.pages).toEqual([]);
    const [mem, rom] = decoded.only('ram-blocks').blocks;
    expect(mem!.mappedRam).toMatchObject({
      version: 1,
      pageSize: 0x1000,
      bitmapSize: 16,
      normalPages: 5,
      zeroPages: 65,
      strayBits: 0,
    });
    expect(rom!.mappedRam).toMatchObject({ normalPages: 1, zeroPages: 1 });
    expect(mem!.mappedRam!.pagesOffset % 0x10_0000).toBe(0);
    expect(decoded.end).toMatchObject({ bytes: bytes.length, explainedBytes: bytes.length, complete: true });
  });

  it.each([false, true])('is reported page by page (big-endian host: %s)', async (bigEndian) => {
    const decoded = await decode(stream([MEM, ROM], { bigEndian }), { ...way, wantsMappedPages: true });
    expect(decoded.rules).toEqual([]);
    const mem = decoded.pages.filter(({ block }) => block === 'mem');
    expect(mem).toHaveLength(70);
    expect(mem.filter(({ kind }) => kind === 'normal').map(({ address }) => address / 0x1000)).toEqual([
      ...PAGES.keys(),
    ]);
    const { pagesOffset } = decoded.only('ram-blocks').blocks[0]!.mappedRam!;
    for (const { address, kind, hash, size, offset } of mem) {
      const contents = PAGES.get(address / 0x1000);
      expect(kind).toBe(contents ? 'normal' : 'zero');
      expect(size).toBe(contents ? 0x1000 : 0);
      expect(hash).toBe(hashOf(contents ?? Buffer.alloc(0)));
      expect(offset).toBe(pagesOffset + address);
    }
    expect(decoded.end.complete).toBe(true);
  });

  it('leaves out blocks that x-ignore-shared leaves out', async () => {
    const blocks = [
      { name: 'shared', usedLength: 0x20_0000, address: 0 },
      { ...ROM, address: 0xfffc_0000 },
    ];
    const decoded = await decode(stream(blocks, {}, ['x-ignore-shared', 'mapped-ram']), {
      ...way,
      wantsMappedPages: true,
    });
    expect(decoded.rules).toEqual([]);
    const [shared, rom] = decoded.only('ram-blocks').blocks;
    expect(shared).not.toHaveProperty('mappedRam');
    expect(shared).toMatchObject({ address: 0, usedLength: 0x20_0000 });
    expect(rom).toMatchObject({ address: 0xfffc_0000, mappedRam: { normalPages: 1 } });
    expect(decoded.pages).toHaveLength(2);
  });

  it('has the offsets of the file around it', async () => {
    const decoded = await decode(stream([ROM], { fileOffset: 0x20_0000 }), way);
    expect(decoded.end.complete).toBe(true);
  });
});

describe('mapped-ram', () => {
  it('says which bits stand for no page', async () => {
    const bytes = stream([ROM]);
    const bitmap = bytes.indexOf(u64(0x1000), bytes.indexOf('rom')) + 24;
    bytes[bitmap] = 0b1110;
    expect((await decode(bytes)).only('ram-blocks').blocks[0]!.mappedRam).toMatchObject({
      normalPages: 1,
      strayBits: 2,
    });
  });

  it('may end in part of a page', async () => {
    const decoded = await decode(stream([{ name: 'mem', usedLength: 0x1800, pages: new Map([[1, noise(0x800)]]) }]), {
      wantsMappedPages: true,
    });
    expect(decoded.pages.map(({ size }) => size)).toEqual([0, 0x800]);
    expect(decoded.end.complete).toBe(true);
  });
});
