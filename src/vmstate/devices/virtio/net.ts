/** virtio-net. Writer: `vmstate_virtio_net_device` (hw/net/virtio-net.c), version 11 from 1.x to 11.1. */
import type { Cutter } from '../../cutter.js';
import { bits, enumeration } from '../../meaning.js';
import { cutChunks } from './back-end.js';
import type { VirtioContext, VirtioDevice } from './device.js';

const CTRL_GUEST_OFFLOADS = 2;
const RSS = 'virtio-net-device/rss';
const BACKEND = 'virtio-net-device/backend';
/** MAC_TABLE_ENTRIES is 64; a destination skips what a larger table has. */
const MAC_BYTES = 6;
/** MAX_VLAN (4096) bits. */
export const VLAN_BYTES = 512;
/** Bytes before the MAC table: its number of entries is the last of them. */
const BEFORE_MACS = 22;
const RSS_KEY_BYTES = 40;

const LINK = bits({ 0: 'LINK_UP', 1: 'ANNOUNCE' });
const DUPLEX = enumeration({ 0: 'half', 1: 'full', 255: 'unknown' });
const HASH_TYPES = bits({
  0: 'IPv4',
  1: 'TCPv4',
  2: 'UDPv4',
  3: 'IPv6',
  4: 'TCPv6',
  5: 'UDPv6',
  6: 'IP_EX',
  7: 'TCP_EX',
  8: 'UDP_EX',
});

const FEATURES = {
  0: 'CSUM',
  1: 'GUEST_CSUM',
  2: 'CTRL_GUEST_OFFLOADS',
  3: 'MTU',
  5: 'MAC',
  6: 'GSO',
  7: 'GUEST_TSO4',
  8: 'GUEST_TSO6',
  9: 'GUEST_ECN',
  10: 'GUEST_UFO',
  11: 'HOST_TSO4',
  12: 'HOST_TSO6',
  13: 'HOST_ECN',
  14: 'HOST_UFO',
  15: 'MRG_RXBUF',
  16: 'STATUS',
  17: 'CTRL_VQ',
  18: 'CTRL_RX',
  19: 'CTRL_VLAN',
  20: 'CTRL_RX_EXTRA',
  21: 'GUEST_ANNOUNCE',
  22: 'MQ',
  23: 'CTRL_MAC_ADDR',
  50: 'DEVICE_STATS',
  51: 'HASH_TUNNEL',
  52: 'VQ_NOTF_COAL',
  53: 'NOTF_COAL',
  54: 'GUEST_USO4',
  55: 'GUEST_USO6',
  56: 'HOST_USO',
  57: 'HASH_REPORT',
  59: 'GUEST_HDRLEN',
  60: 'RSS',
  61: 'RSC_EXT',
  62: 'STANDBY',
  63: 'SPEED_DUPLEX',
  65: 'GUEST_UDP_TUNNEL_GSO',
  66: 'GUEST_UDP_TUNNEL_GSO_CSUM',
  67: 'HOST_UDP_TUNNEL_GSO',
  68: 'HOST_UDP_TUNNEL_GSO_CSUM',
};

const CSUM = 0;
const GUEST_CSUM = 1;
const CTRL_VQ = 17;

/** virtio 1.3 §5.1.3.1. */
const FEATURE_NEEDS = {
  [CTRL_GUEST_OFFLOADS]: [CTRL_VQ],
  7: [GUEST_CSUM],
  8: [GUEST_CSUM],
  9: [7, 8],
  10: [GUEST_CSUM],
  11: [CSUM],
  12: [CSUM],
  13: [11, 12],
  14: [CSUM],
  18: [CTRL_VQ],
  19: [CTRL_VQ],
  21: [CTRL_VQ],
  22: [CTRL_VQ],
  23: [CTRL_VQ],
  54: [GUEST_CSUM],
  55: [GUEST_CSUM],
  56: [CSUM],
  57: [CTRL_VQ],
  60: [CTRL_VQ],
};

/** Each offload has the number of its feature; those of tunnels take bits of their own within 64. */
const OFFLOADS = bits({
  1: 'CSUM',
  7: 'TSO4',
  8: 'TSO6',
  9: 'ECN',
  10: 'UFO',
  46: 'UDP_TUNNEL_GSO',
  47: 'UDP_TUNNEL_GSO_CSUM',
  54: 'USO4',
  55: 'USO6',
});

export const NET: VirtioDevice = {
  id: 1,
  name: 'net',
  vmsds: ['virtio-net'],
  features: FEATURES,
  featureNeeds: FEATURE_NEEDS,
  config: [
    ['mac', 'mac'],
    ['status', 'u16', LINK],
    ['max_virtqueue_pairs', 'u16'],
    ['mtu', 'u16'],
    ['speed', 'u32'],
    ['duplex', 'u8', DUPLEX],
    ['rss_max_key_size', 'u8'],
    ['rss_max_indirection_table_length', 'u16'],
    ['supported_hash_types', 'u32', HASH_TYPES],
  ],
  // The control queue is the last of those that exist, whatever their number.
  queue: (i, count) => (i === count - 1 && i % 2 === 0 ? 'ctrl' : `${i % 2 === 0 ? 'rx' : 'tx'}${i >> 1}`),
  part: { vmsd: 'virtio-net-device', cut: cutNet },
};

function cutNet(cut: Cutter, { features }: VirtioContext): void {
  cut.mac('mac');
  cut.u32('vqs[0].tx_waiting');
  cut.u32('mergeable_rx_bufs');
  cut.u16('status', LINK);
  cut.u8('promisc');
  cut.u8('allmulti');
  const filters = cut.u32('mac_table.in_use');
  cut.check(MAC_BYTES * filters <= cut.remaining, `the MAC table has ${filters} entries`);
  if (filters > 0) cut.macs('mac_table.macs', filters);
  cut.bytes('vlans', VLAN_BYTES);
  cut.u32('has_vnet_hdr');
  for (const name of ['multi_overflow', 'uni_overflow', 'alluni', 'nomulti', 'nouni', 'nobcast', 'has_ufo'])
    cut.u8(`${name.includes('overflow') ? 'mac_table.' : ''}${name}`);
  const offloads = features.has(CTRL_GUEST_OFFLOADS);
  const fields = cut.findSubsection([RSS, BACKEND]) ?? cut.remaining;
  // Whether the device has more than one pair of queues is not in the stream; what is left tells.
  if (fields > (offloads ? 8 : 0)) cutPairs(cut);
  if (offloads) cut.u64('curr_guest_offloads', OFFLOADS);
  cut.subsection(RSS, cutRss);
  cut.subsection(BACKEND, cutChunks);
}

/** Where the VLAN filter begins in a device part that lies at [start, end) of a payload; undefined where it would not. */
export function vlansAt(payload: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < BEFORE_MACS) return undefined;
  const filters = new DataView(payload.buffer, payload.byteOffset).getUint32(start + BEFORE_MACS - 4);
  const at = start + BEFORE_MACS + MAC_BYTES * filters;
  return at < end ? at : undefined;
}

function cutPairs(cut: Cutter): void {
  const most = cut.u16('max_queue_pairs');
  const current = cut.u16('curr_queue_pairs');
  cut.check(current <= most, `${current} of ${most} pairs of queues are in use`);
  if (current > 1) cut.integers('tx_waiting', 'uint32', current - 1);
}

/** Version 2, since 10.2, has the types that the device supports. */
function cutRss(cut: Cutter, version: number): void {
  cut.bool('rss_data.enabled');
  cut.bool('rss_data.redirect');
  cut.bool('rss_data.populate_hash');
  cut.u32('rss_data.hash_types', HASH_TYPES);
  if (version >= 2) cut.u32('rss_data.supported_hash_types', HASH_TYPES);
  const length = cut.u16('rss_data.indirections_len');
  cut.u16('rss_data.default_queue');
  cut.bytes('rss_data.key', RSS_KEY_BYTES);
  if (length > 0) cut.integers('rss_data.indirections_table', 'uint16', length);
}
