import { describe, it } from 'vitest';
import { s390Skeys } from '../../../src/stream/sections/s390-skeys.js';
import { bytes, expectMalformed, expectRecords } from './harness.js';

const full = { kind: 'full', idstr: 's390-skeys' } as const;

describe('s390-skeys', () => {
  it('reads the section of a guest without keys', async () => {
    // Captured from QEMU 11.1.3.
    await expectRecords(s390Skeys, bytes('0000000000000001'), full, [['EOS', 0, 8, {}]]);
  });

  it('reads keys', async () => {
    const data = bytes(`
      0000000000002002 0000000000000004 06 06 00 f0   # SKEYS, 4 pages from 0x2000
      0000000000000001                                # EOS
    `);
    await expectRecords(s390Skeys, data, full, [
      ['SKEYS', 0, 20, { address: 0x2000, count: 4, dataOffset: 16, data: Uint8Array.of(6, 6, 0, 0xf0) }],
      ['EOS', 20, 8, {}],
    ]);
  });

  it('ends at ERROR', async () => {
    await expectRecords(s390Skeys, bytes('0000000000000004'), full, [['ERROR', 0, 8, {}]]);
  });

  it.each(['0000000000000000', '0000000000000008'])('refuses the flags of %s', async (word) => {
    await expectMalformed(s390Skeys, bytes(word), full, 0, 's390-skeys > flags');
  });
});
