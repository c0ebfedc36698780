import { describe, expect, it } from 'vitest';
import { hexBytes, join, u64 } from '../build/bytes.js';
import { decode, type Decoded } from '../build/decode.js';
import { advise, command, configuration, end, eof, header, RAM, start } from '../build/elements.js';
import { type BlockEntry, eos, flush, memSize } from '../build/ram.js';

interface Before {
  readonly capabilities?: string[];
  readonly before?: Buffer;
  readonly behind?: Buffer;
}

function list(entries: readonly BlockEntry[], { capabilities, before, behind }: Before = {}): Promise<Decoded> {
  const none = Buffer.alloc(0);
  return decode(
    join(
      header(),
      configuration('pc', capabilities && { capabilities }),
      before ?? none,
      start(RAM, join(memSize(entries), behind ?? none, eos())),
      end(RAM.id, eos()),
      eof(),
    ),
  );
}

const HUGE = 0x20_0000;

describe('the block list', () => {
  it('declares blocks in their order', async () => {
    const decoded = await list([
      { name: 'pc.ram', usedLength: 0x400_0000 },
      { name: '/rom@etc/acpi/tables', usedLength: 0x2_0000 },
    ]);
    expect(decoded.only('ram-blocks')).toMatchObject({
      total: 0x402_0000,
      blocks: [
        { index: 0, name: 'pc.ram', usedLength: 0x400_0000, declared: true },
        { index: 1, name: '/rom@etc/acpi/tables', usedLength: 0x2_0000, declared: true },
      ],
    });
    expect(decoded.end.complete).toBe(true);
  });

  it('reads what QEMU wrote', async () => {
    const bytes = join(
      header(),
      hexBytes('01 00000001 03 72616d 00000000 00000004 0000000002040004'),
      hexBytes('01 6d 0000000002000000 07 70632e62696f73 0000000000040000 0000000000000010 7e 00000001 00'),
    );
    expect((await decode(bytes)).only('ram-blocks').blocks.map(({ name }) => name)).toEqual(['m', 'pc.bios']);
  });

  it('may be empty', async () => {
    const decoded = await list([]);
    expect(decoded.only('ram-blocks')).toMatchObject({ total: 0, blocks: [], length: 8 });
    expect(decoded.rules).toEqual([]);
  });

  it('has the page size of huge blocks, where postcopy was advised', async () => {
    const entries = [
      { name: 'a', usedLength: HUGE, pageSize: HUGE },
      { name: 'b', usedLength: 0x1000 },
      { name: 'c', usedLength: HUGE, pageSize: HUGE },
    ];
    for (const behind of [undefined, flush()]) {
      const decoded = await list(entries, { before: advise(HUGE | 0x1000, 0x1000), ...(behind && { behind }) });
      expect(decoded.rules).toEqual([]);
      expect(decoded.only('ram-blocks').blocks.map(({ pageSize }) => pageSize)).toEqual([HUGE, undefined, HUGE]);
    }
  });

  it('has no page sizes where all blocks have the pages of the host', async () => {
    const decoded = await list([{ name: 'a', usedLength: 0x1000 }], { before: advise(0x1000, 0x1000) });
    expect(decoded.rules).toEqual([]);
    expect(decoded.only('ram-blocks').blocks[0]).not.toHaveProperty('pageSize');
  });

  it('has no page sizes where postcopy of bitmaps alone was advised', async () => {
    const decoded = await list([{ name: 'a', usedLength: 0x1000 }], { before: command(3) });
    expect(decoded.end.complete).toBe(true);
  });

  it('has addresses with x-ignore-shared', async () => {
    const entries = [
      { name: 'm', usedLength: 0x200_0000, address: 0 },
      { name: 'pc.bios', usedLength: 0x4_0000, address: 0xfffc_0000 },
    ];
    const decoded = await list(entries, { capabilities: ['x-ignore-shared'] });
    expect(decoded.only('ram-blocks').blocks).toMatchObject(entries);
  });

  it('has page sizes before addresses', async () => {
    const entries = [{ name: 'a', usedLength: HUGE, pageSize: HUGE, address: 0x1_0000_0000 }];
    const decoded = await list(entries, { capabilities: ['x-ignore-shared'], before: advise(HUGE | 0x1000, 0x1000) });
    expect(decoded.rules).toEqual([]);
    expect(decoded.only('ram-blocks').blocks).toMatchObject(entries);
  });

  it.each([
    ['more bytes than the total', join(memSize([{ name: 'a', usedLength: 0x3000 }], 0x2000), eos())],
    ['an entry without a name', join(memSize([{ name: '', usedLength: 0x1000 }], 0x2000), eos())],
    ['an entry without a length', join(memSize([{ name: 'a', usedLength: 0 }], 0x2000), eos())],
  ])('is refused with %s', async (_what, payload) => {
    const decoded = await decode(join(header(), start(RAM, payload), end(RAM.id, eos()), eof()));
    expect(decoded.rules).toEqual(['ram-block-list']);
    expect(decoded.of('eof')).toHaveLength(1);
  });

  it('is refused with a total that no number holds', async () => {
    const decoded = await decode(join(header(), start(RAM, join(u64((2n ** 60n) | 4n), eos())), eof()));
    expect(decoded.rules).toEqual(['implausible-value']);
  });
});
