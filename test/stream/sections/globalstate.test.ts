import { describe, expect, it } from 'vitest';
import { globalstate } from '../../../src/stream/sections/globalstate.js';
import { bytes, expectMalformed, expectRecords } from './harness.js';

const full = { kind: 'full', idstr: 'globalstate' } as const;

/** The section as it is written since 9.0. */
const payload = (size: string, runstate: string, flags: string): Buffer =>
  Buffer.concat([bytes(size), Buffer.from(runstate.padEnd(32, '\0')), bytes(flags), Buffer.alloc(66)]);

describe('globalstate', () => {
  it('reads the section of 7.2', async () => {
    // Captured from QEMU 7.2.
    await expectRecords(globalstate, payload('00000008', 'running', '00 00'), full, [
      ['GLOBAL_STATE', 0, 104, { size: 8, runstate: 'running', hasVmWasSuspended: false, vmWasSuspended: false }],
    ]);
  });

  it('reads the section of 11.1', async () => {
    // Captured from QEMU 11.1.3.
    await expectRecords(globalstate, payload('00000008', 'running', '01 00'), full, [
      ['GLOBAL_STATE', 0, 104, { size: 8, runstate: 'running', hasVmWasSuspended: true, vmWasSuspended: false }],
    ]);
  });

  it('reads the section of a guest that was suspended', async () => {
    await expectRecords(globalstate, payload('0000000a', 'suspended', '01 01'), full, [
      ['GLOBAL_STATE', 0, 104, { size: 10, runstate: 'suspended', hasVmWasSuspended: true, vmWasSuspended: true }],
    ]);
  });

  it('refuses a run state without an end', async () => {
    const data = payload('00000021', 'x'.repeat(32), '00 00');
    const error = await expectMalformed(globalstate, data, full, 4, 'globalstate > runstate');
    expect(error.detail.found).toBe('x'.repeat(32));
  });
});
