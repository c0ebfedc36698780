import { describe, expect, it } from 'vitest';
import { spaprHtab } from '../../../src/stream/sections/spapr-htab.js';
import { bytes, decode, expectMalformed, expectRecords, failure } from './harness.js';

const idstr = 'spapr/htab';
const start = { kind: 'start', idstr } as const;
const part = { kind: 'part', idstr } as const;
const end = { kind: 'end', idstr } as const;

describe('spapr/htab', () => {
  it('reads START and END', async () => {
    // Captured from QEMU 11.1.3.
    await expectRecords(spaprHtab, bytes('00000015'), start, [['SHIFT', 0, 4, { shift: 21 }]]);
    await expectRecords(spaprHtab, bytes('00000000 0000000000000000'), end, [['END', 4, 8, {}]]);
  });

  it('reads the sections of a guest without a table', async () => {
    for (const setting of [start, part, end]) {
      await expectRecords(spaprHtab, bytes('ffffffff'), setting, [['NO_HPT', 0, 4, {}]]);
    }
  });

  it('reads chunks', async () => {
    const data = bytes(`
      00000000
      00000010 0002 0001   # 2 valid and 1 invalid entries from 0x10 on
        00112233445566778899aabbccddeeff
        ffeeddccbbaa99887766554433221100
      00000000 0000 0008   # index 0 is no end while something is counted
      00000000 0000 0000
    `);
    await expectRecords(spaprHtab, data, part, [
      ['CHUNK', 4, 40, { index: 16, valid: 2, invalid: 1 }],
      ['CHUNK', 44, 8, { index: 0, valid: 0, invalid: 8 }],
      ['END', 52, 8, {}],
    ]);
  });

  it('reads chunks that are longer than the window', async () => {
    const chunk = Buffer.concat([bytes('00000001 ffff 0000'), Buffer.alloc(0xffff * 16, 0xee)]);
    const data = Buffer.concat([bytes('00000000'), chunk, chunk, chunk, bytes('0000000000000000')]);
    for (const seekable of [true, false]) {
      const { seen, consumed } = await decode(spaprHtab, data, { ...part, seekable });
      expect(consumed).toBe(data.length);
      expect(seen.map(([name, , length]) => [name, length])).toEqual([
        ['CHUNK', chunk.length],
        ['CHUNK', chunk.length],
        ['CHUNK', chunk.length],
        ['END', 8],
      ]);
      const cut = decode(spaprHtab, data.subarray(0, 0x200000), { ...part, seekable });
      expect((await failure(cut)).kind).toBe('truncated');
    }
  });

  it('refuses a table of shift 0, and a shift where chunks should be', async () => {
    await expectMalformed(spaprHtab, bytes('00000000'), start, 0, 'spapr/htab > shift');
    await expectMalformed(spaprHtab, bytes('00000015'), part, 0, 'spapr/htab > header');
  });
});
