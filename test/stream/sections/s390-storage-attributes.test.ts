import { describe, expect, it } from 'vitest';
import { s390StorageAttributes } from '../../../src/stream/sections/s390-storage-attributes.js';
import { bytes, decode, expectMalformed, expectRecords, failure } from './harness.js';

const idstr = 's390-storage_attributes';
const end = { kind: 'end', idstr } as const;

describe('s390-storage_attributes', () => {
  it('reads START and END of a guest without CMMA', async () => {
    // Captured from QEMU 11.1.3.
    await expectRecords(s390StorageAttributes, bytes('0000000000000001'), { kind: 'start', idstr }, [
      ['EOS', 0, 8, {}],
    ]);
    await expectRecords(s390StorageAttributes, bytes('0000000000000008 0000000000000001'), end, [
      ['DONE', 0, 8, {}],
      ['EOS', 8, 8, {}],
    ]);
  });

  it('reads a run of attributes', async () => {
    const data = bytes(`
      0000000000123002 0000000000000003 01 02 03   # MORE, 3 pages from 0x123000
      0000000000000008                             # DONE
      0000000000000001                             # EOS
    `);
    await expectRecords(s390StorageAttributes, data, end, [
      ['MORE', 0, 19, { address: 0x123000, count: 3, dataOffset: 16, data: Uint8Array.of(1, 2, 3) }],
      ['DONE', 19, 8, {}],
      ['EOS', 27, 8, {}],
    ]);
  });

  it('ends at ERROR', async () => {
    await expectRecords(s390StorageAttributes, bytes('0000000000000004'), { ...end, kind: 'part' }, [
      ['ERROR', 0, 8, {}],
    ]);
  });

  it('keeps short runs and steps over long ones', async () => {
    for (const count of [4096, 4097, 0x80000, 0x300000]) {
      const head = bytes('0000000000000002 0000000000000000');
      head.writeUInt32BE(count, 12);
      const data = Buffer.concat([head, Buffer.alloc(count, 1), bytes('0000000000000001')]);
      for (const seekable of [true, false]) {
        const { seen, consumed } = await decode(s390StorageAttributes, data, { ...end, seekable });
        expect(consumed).toBe(data.length);
        expect(seen.map(([name, , length]) => [name, length])).toEqual([
          ['MORE', 16 + count],
          ['EOS', 8],
        ]);
        expect('data' in seen[0]![3]).toBe(count <= 4096);
      }
    }
  });

  it('does not believe a count', async () => {
    const huge = bytes('0000000000000002 000fffffffffffff 01');
    expect((await failure(decode(s390StorageAttributes, huge, end))).kind).toBe('truncated');
    expect((await failure(decode(s390StorageAttributes, huge, { ...end, seekable: false }))).kind).toBe('truncated');
    const beyond = await failure(decode(s390StorageAttributes, bytes('0000000000000002 ffffffffffffffff'), end));
    expect([beyond.kind, beyond.rule]).toEqual(['malformed', 'implausible-value']);
  });

  it.each(['0000000000000000', '0000000000000003', '0000000000001010'])('refuses the flags of %s', async (word) => {
    await expectMalformed(s390StorageAttributes, bytes(word), end, 0, `${idstr} > flags`);
  });
});
