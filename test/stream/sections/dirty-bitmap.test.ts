import { describe, expect, it } from 'vitest';
import { dirtyBitmap } from '../../../src/stream/sections/dirty-bitmap.js';
import { bytes, decode, expectMalformed, expectRecords } from './harness.js';

const idstr = 'dirty-bitmap';
const end = { kind: 'end', idstr } as const;

describe('dirty-bitmap', () => {
  it('reads a START of two bitmaps of one node', async () => {
    // Captured from QEMU 11.1.3.
    const data = bytes(`
      1c 02 "n0" 03 "bm1" 00010000 00   # START | DEVICE_NAME | BITMAP_NAME
      14 03 "bm0" 00010000 01           # START | BITMAP_NAME, enabled
      01                                # EOS
    `);
    const common = { node: 'n0', granularity: 0x10000, persistent: false };
    await expectRecords(dirtyBitmap, data, { kind: 'start', idstr }, [
      ['START', 0, 13, { ...common, bitmap: 'bm1', enabled: false, flags: 0 }],
      ['START', 13, 10, { ...common, bitmap: 'bm0', enabled: true, flags: 1 }],
      ['EOS', 23, 1, {}],
    ]);
  });

  it('reads bits', async () => {
    const data = bytes(`
      4c 02 "n0" 03 "bm0" 0000000000000080 00000020 0000000000000004 0f000000   # BITS
      42 0000000000000100 00010000                                              # BITS | ZEROES
      20                                                                        # COMPLETE
      01
    `);
    const of = { node: 'n0', bitmap: 'bm0' };
    await expectRecords(dirtyBitmap, data, end, [
      ['BITS', 0, 32, { ...of, firstSector: 0x80, sectors: 32, zeroes: false, data: Uint8Array.of(15, 0, 0, 0) }],
      ['BITS', 32, 13, { ...of, firstSector: 0x100, sectors: 0x10000, zeroes: true }],
      ['COMPLETE', 45, 1, of],
      ['EOS', 46, 1, {}],
    ]);
  });

  it('remembers names from one section to the next', async () => {
    const memory = new Map<string, unknown>();
    await decode(dirtyBitmap, bytes('2c 02 "n0" 03 "bm0" 01'), { ...end, memory });
    const { seen } = await decode(dirtyBitmap, bytes('20 01'), { ...end, memory });
    expect(seen[0]).toEqual(['COMPLETE', 0, 1, { node: 'n0', bitmap: 'bm0' }]);
  });

  it('refuses unknown flags', async () => {
    await expectMalformed(dirtyBitmap, bytes('00'), end, 0, 'dirty-bitmap > flags');
    await expectMalformed(dirtyBitmap, bytes('81 80 0001'), end, 0, 'dirty-bitmap > flags');
  });

  it('refuses data that no loader takes', async () => {
    const data = bytes('40 0000000000000000 00000020 0000000000002801');
    await expectMalformed(dirtyBitmap, data, end, 13, 'dirty-bitmap > BITS > size');
  });
});
