import { describe, it } from 'vitest';
import { todclock } from '../../../src/stream/sections/todclock.js';
import { bytes, expectMalformed, expectRecords } from './harness.js';

const full = { kind: 'full', idstr: 'todclock' } as const;

describe('todclock', () => {
  it('reads the clock', async () => {
    // Captured from QEMU 11.1.3.
    await expectRecords(todclock, bytes('01 00 e39c2f8a4294b004'), full, [
      ['PRESENT', 0, 10, { high: 0, low: 0xe39c_2f8a_4294_b004n }],
    ]);
  });

  it('reads a missing clock', async () => {
    await expectRecords(todclock, bytes('00'), full, [['MISSING', 0, 1, {}]]);
  });

  it('refuses another flag', async () => {
    await expectMalformed(todclock, bytes('02 00 e39c2f8a4294b004'), full, 0, 'todclock > flag');
  });
});
