import { describe, expect, it } from 'vitest';
import { block } from '../../../src/stream/sections/block.js';
import { bytes, decode, expectMalformed, expectRecords, failure } from './harness.js';

const part = { kind: 'part', idstr: 'block' } as const;

describe('block', () => {
  it('reads a START', async () => {
    // Captured from QEMU 7.2.
    await expectRecords(block, bytes('0000000000000002'), { ...part, kind: 'start' }, [['EOS', 0, 8, {}]]);
  });

  it('reads zero blocks and progress', async () => {
    // Captured from QEMU 7.2 with zero-blocks, without the records between these.
    const data = bytes(`
      0000000000600009 02 "d1"   # DEVICE_BLOCK | ZERO_BLOCK, sector 0x3000
      0000000000700009 02 "d1"
      000000000000c804           # PROGRESS 100
      0000000000000002           # EOS
    `);
    await expectRecords(block, data, part, [
      ['DEVICE_BLOCK', 0, 11, { device: 'd1', sector: 0x3000, zero: true }],
      ['DEVICE_BLOCK', 11, 11, { device: 'd1', sector: 0x3800, zero: true }],
      ['PROGRESS', 22, 8, { percent: 100 }],
      ['EOS', 30, 8, {}],
    ]);
  });

  it('steps over the data of blocks', async () => {
    const head = bytes('0000000000400001 02 "d1"');
    const end = bytes('0000000000000002');
    const data = Buffer.concat([head, Buffer.alloc(0x100000, 0x5a), head, Buffer.alloc(0x100000), end]);
    for (const chunk of [1 << 20, 4097]) {
      for (const seekable of [true, false]) {
        const got = await decode(block, data, { ...part, chunk, seekable });
        expect(got.consumed).toBe(data.length);
        expect(got.seen).toEqual([
          ['DEVICE_BLOCK', 0, 11 + 0x100000, { device: 'd1', sector: 0x2000, zero: false, dataOffset: 11 }],
          [
            'DEVICE_BLOCK',
            0x10000b,
            11 + 0x100000,
            { device: 'd1', sector: 0x2000, zero: false, dataOffset: 0x100016 },
          ],
          ['EOS', 0x200016, 8, {}],
        ]);
      }
    }
    for (const cut of [11, 12, 0x10000a, 0x100012, 0x200015]) {
      expect((await failure(decode(block, data.subarray(0, cut), part))).kind).toBe('truncated');
    }
  });

  it.each(['0000000000000000', '0000000000000010', '0000000000000003', '0000000000000008', '00000000000001ff'])(
    'refuses the flags of %s',
    async (word) => {
      await expectMalformed(block, bytes(word), part, 0, 'block > flags');
    },
  );

  it('refuses a sector beyond every disk', async () => {
    await expectMalformed(block, bytes('0020000000000001 02 "d1"'), part, 0, 'block > sector');
  });
});
