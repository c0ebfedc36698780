import { describe, expect, it } from 'vitest';
import { hexBytes, join } from '../../build/bytes.js';
import { decode, type Decoded } from '../../build/decode.js';
import { end, eof, header, part, start } from '../../build/elements.js';

const SECTION = { id: 2, idstr: 'dirty-bitmap' };

const read = (opening: string, ...parts: readonly string[]): Promise<Decoded> =>
  decode(
    join(
      header(),
      start(SECTION, hexBytes(opening)),
      ...parts.slice(0, -1).map((bytes) => part(2, hexBytes(bytes))),
      end(2, hexBytes(parts.at(-1) ?? '01')),
      eof(),
    ),
  );

describe('dirty-bitmap', () => {
  it('reads what QEMU wrote', async () => {
    const decoded = await read(
      '1c 02 6e30 03 626d31 00010000 00 14 03 626d30 00010000 01 01',
      '01',
      '24 03 626d31 24 03 626d30 01',
    );
    expect(decoded.rules).toEqual([]);
    expect(decoded.of('record').map(({ name, fields }) => [name, fields])).toEqual([
      ['START', { node: 'n0', bitmap: 'bm1', granularity: 0x1_0000, enabled: false, persistent: false, flags: 0 }],
      ['START', { node: 'n0', bitmap: 'bm0', granularity: 0x1_0000, enabled: true, persistent: false, flags: 1 }],
      ['EOS', {}],
      ['EOS', {}],
      ['COMPLETE', { node: 'n0', bitmap: 'bm1' }],
      ['COMPLETE', { node: 'n0', bitmap: 'bm0' }],
      ['EOS', {}],
    ]);
  });

  it('reads bits, and zeroes without any', async () => {
    const decoded = await read(
      '01',
      '40 0000000000000800 00001000 0000000000000004 01020304 42 0000000000001800 00001000 01',
    );
    expect(
      decoded
        .of('record')
        .slice(1, 3)
        .map(({ fields }) => fields),
    ).toMatchObject([
      { firstSector: 0x800, sectors: 0x1000, zeroes: false, data: Uint8Array.of(1, 2, 3, 4) },
      { firstSector: 0x1800, sectors: 0x1000, zeroes: true },
    ]);
    expect(decoded.end.complete).toBe(true);
  });

  it('reads flags of two and of four bytes', async () => {
    expect((await read('80 01')).rules).toEqual([]);
    expect((await read('80 80 0001')).rules).toEqual([]);
    expect((await read('81 01')).problems[0]!.message).toContain('0x101');
  });

  it.each([
    ['no flags', '00 01'],
    ['two bodies', '50 01'],
    ['more data than the loader takes', '40 0000000000000000 00000800 0000000000002801 01'],
  ])('refuses %s, and goes on behind the section', async (_what, opening) => {
    const decoded = await read(opening);
    expect(decoded.rules).toEqual(['section-record']);
    expect(decoded.of('eof')).toHaveLength(1);
  });
});
