/**
 * The `slirp` section: what libslirp (`-netdev user`) keeps of its guest: TCP connections of guestfwd, and DHCP leases.
 *
 *     for each connection:  1  42
 *                              socket
 *      0   1  0
 *      1   2  ip_id
 *      3  128  16 leases: in use (2), MAC address (6)
 *
 * socket:
 *
 *     4  so_urgc
 *        foreign and local host, each: family (2); with family 2: address (4), port (2)
 *     7  so_iptos (1), so_emu (1), so_type (1), so_state (4)
 *        receive and send buffer, each: bytes in use (4), size (4), write offset (4), read offset (4), data
 *   119  TCP control block
 *
 * Addresses and ports are kept in network order and written as integers: on a little-endian source their bytes come reversed.
 * The 16-bit fields of the control block are signed at the source and reported as they stand.
 *
 * Writer: `slirp_state_save` (libslirp, src/state.c), version 4.
 */
import { hex } from '../../finding.js';
import { layout, readLayout } from '../../bytes/layout.js';
import type { RecordFields } from '../events.js';
import { malformed, more } from './reading.js';
import { record, type SectionDecoder, type SectionInput } from './section-decoder.js';

const SOCKET_FOLLOWS = 42;
const AF_INET = 2;
const NB_BOOTP_CLIENTS = 16;
const BOOTP_CLIENT_SIZE = 8;

const SOCKET_STATE = layout('slirp socket', [
  ['iptos', 'u8'],
  ['emu', 'u8'],
  ['type', 'u8'],
  ['state', 'u32'],
]);

const INET_ADDRESS = layout('slirp address', [
  ['address', 'u32'],
  ['port', 'u16'],
]);

const SBUF = layout('slirp buffer', [
  ['used', 'u32'],
  ['size', 'u32'],
  ['writeOffset', 'u32'],
  ['readOffset', 'u32'],
]);

const TCPCB = layout('slirp TCP control block', [
  ['t_state', 'u16'],
  ['t_timer0', 'u16'],
  ['t_timer1', 'u16'],
  ['t_timer2', 'u16'],
  ['t_timer3', 'u16'],
  ['t_rxtshift', 'u16'],
  ['t_rxtcur', 'u16'],
  ['t_dupacks', 'u16'],
  ['t_maxseg', 'u16'],
  ['t_force', 'u8'],
  ['t_flags', 'u16'],
  ['snd_una', 'u32'],
  ['snd_nxt', 'u32'],
  ['snd_up', 'u32'],
  ['snd_wl1', 'u32'],
  ['snd_wl2', 'u32'],
  ['iss', 'u32'],
  ['snd_wnd', 'u32'],
  ['rcv_wnd', 'u32'],
  ['rcv_nxt', 'u32'],
  ['rcv_up', 'u32'],
  ['irs', 'u32'],
  ['rcv_adv', 'u32'],
  ['snd_max', 'u32'],
  ['snd_cwnd', 'u32'],
  ['snd_ssthresh', 'u32'],
  ['t_idle', 'u16'],
  ['t_rtt', 'u16'],
  ['t_rtseq', 'u32'],
  ['t_srtt', 'u16'],
  ['t_rttvar', 'u16'],
  ['t_rttmin', 'u16'],
  ['max_sndwnd', 'u32'],
  ['t_oobflags', 'u8'],
  ['t_iobc', 'u8'],
  ['t_softerror', 'u16'],
  ['snd_scale', 'u8'],
  ['rcv_scale', 'u8'],
  ['request_r_scale', 'u8'],
  ['requested_s_scale', 'u8'],
  ['ts_recent', 'u32'],
  ['ts_recent_age', 'u32'],
  ['last_ack_sent', 'u32'],
]);

export const slirp: SectionDecoder = {
  matches: (idstr) => idstr === 'slirp',
  kinds: ['full'],
  versions: [4],
  async read(input) {
    while (await readSocket(input));
    await readClients(input);
  },
};

async function readSocket(input: SectionInput): Promise<boolean> {
  const { cursor } = input;
  if (!cursor.has(1)) await more(input, 1, 'slirp socket mark');
  const offset = cursor.offset;
  const mark = cursor.u8();
  if (mark === 0) return false;
  if (mark !== SOCKET_FOLLOWS) {
    const detail = { expected: '0x0 or 0x2a', found: hex(mark) };
    throw malformed(input, 'socket', `slirp socket mark ${hex(mark)}`, { offset, length: 1 }, detail);
  }
  await cursor.need(4, 'slirp socket');
  const urgc = cursor.u32();
  const foreign = await readAddress(input);
  const local = await readAddress(input);
  const state = await readLayout(cursor, SOCKET_STATE);
  const receive = await readBuffer(input, 'slirp receive buffer');
  const send = await readBuffer(input, 'slirp send buffer');
  const tcp = await readLayout(cursor, TCPCB);
  record(input, offset, 'SOCKET', { urgc, foreign, local, ...state, receive, send, tcp });
  return true;
}

async function readAddress({ cursor }: SectionInput): Promise<RecordFields> {
  await cursor.need(2, 'slirp address family');
  const family = cursor.u16();
  if (family !== AF_INET) return { family };
  return { family, ...(await readLayout(cursor, INET_ADDRESS)) };
}

async function readBuffer(input: SectionInput, what: string): Promise<RecordFields> {
  const { cursor } = input;
  const buffer = await readLayout(cursor, SBUF);
  const dataOffset = cursor.offset;
  await cursor.skip(buffer.size, what);
  return { ...buffer, dataOffset };
}

async function readClients(input: SectionInput): Promise<void> {
  const { cursor } = input;
  await cursor.need(2 + NB_BOOTP_CLIENTS * BOOTP_CLIENT_SIZE, 'slirp state');
  const offset = cursor.offset;
  const ipId = cursor.u16();
  const bootpClients = Array.from({ length: NB_BOOTP_CLIENTS }, () => {
    const allocated = cursor.u16() !== 0;
    return {
      allocated,
      mac: cursor
        .bytes(6)
        .toString('hex')
        .replace(/..(?=.)/g, '$&:'),
    };
  });
  record(input, offset, 'STATE', { ipId, bootpClients });
}
