import { describe, expect, it } from 'vitest';
import { slirp } from '../../../src/stream/sections/slirp.js';
import { bytes, decode, expectMalformed, expectRecords, failure } from './harness.js';

const full = { kind: 'full', idstr: 'slirp' } as const;

const free = { allocated: false, mac: '00:00:00:00:00:00' };
const noClients = Array.from({ length: 16 }, () => free);

/** A connection in state ESTABLISHED; the control block is zeros but for its first and last fields. */
const socket = (receive: string): Buffer =>
  bytes(`
    2a
    00000000                    # so_urgc
    0002 6402000a 5000          # foreign host 10.0.2.100:80, from a little-endian source
    000a                        # local host: IPv6, of which nothing else is written
    10 00 06                    # so_iptos, so_emu, so_type
    00000004                    # so_state
    ${receive}
    00000000 00000000 00000000 00000000    # send buffer
    0004 ${'00'.repeat(2 + 8 + 6 + 1 + 2)}  # t_state ... t_flags
    ${'00000000'.repeat(15)}               # snd_una ... snd_ssthresh
    0000 0000 00000000 0000 0000 0000 00000000 00 00 ffff 00 00 00 00
    00000000 00000000 00000009             # ts_recent, ts_recent_age, last_ack_sent
  `);

const state = (head: string): Buffer => Buffer.concat([bytes(head), Buffer.alloc(131 - bytes(head).length)]);

describe('slirp', () => {
  it('reads the section of a guest that never asked for an address', async () => {
    // Captured from QEMU 10.0.
    await expectRecords(slirp, Buffer.alloc(131), full, [['STATE', 1, 130, { ipId: 0, bootpClients: noClients }]]);
  });

  it('reads a lease', async () => {
    // Captured from QEMU 10.0.
    const lease = { allocated: true, mac: '52:54:00:12:34:56' };
    await expectRecords(slirp, state('00 000c 0001 525400123456'), full, [
      ['STATE', 1, 130, { ipId: 12, bootpClients: [lease, ...noClients.slice(1)] }],
    ]);
  });

  it('reads a guestfwd connection', async () => {
    const head = socket('00000002 00000004 00000002 00000000 41420000');
    const data = Buffer.concat([head, state('00 0000')]);
    const { seen } = await decode(slirp, data, full);
    expect(seen.map(([name, offset, length]) => [name, offset, length])).toEqual([
      ['SOCKET', 0, 177],
      ['STATE', 178, 130],
    ]);
    expect(seen[0]![3]).toMatchObject({
      urgc: 0,
      foreign: { family: 2, address: 0x6402000a, port: 0x5000 },
      local: { family: 10 },
      iptos: 16,
      emu: 0,
      type: 6,
      state: 4,
      receive: { used: 2, size: 4, writeOffset: 2, readOffset: 0, dataOffset: 38 },
      send: { used: 0, size: 0, dataOffset: 58 },
      tcp: { t_state: 4, t_softerror: 0xffff, last_ack_sent: 9 },
    });
    await expectRecords(slirp, data, full, seen);
  });

  it('does not believe the size of a buffer', async () => {
    const error = await failure(decode(slirp, socket('00000000 ffffffff 00000000 00000000'), full));
    expect(error.kind).toBe('truncated');
  });

  it('refuses another mark before a socket', async () => {
    await expectMalformed(slirp, state('2b'), full, 0, 'slirp > socket');
  });
});
