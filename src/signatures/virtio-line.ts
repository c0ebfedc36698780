/** Lines of virtio devices: features by name, and the arithmetic of ring indices. */
import { hex } from '../finding.js';
import { VIRTIO_DEVICES, virtioDevice } from '../vmstate/devices/virtio/index.js';
import { COMMON_FEATURES, featureBits, featureName } from '../vmstate/devices/virtio/features.js';

/** From QEMU 10.2 on the message has 128 bits, and the first number is cut down to what is allowed. */
const WIDE_DIGITS = 32;

/** What `Features 0x… unsupported. Allowed features: 0x…` says. The device may be an idstr that ends in the name of the vmsd. */
export function explainFeatures(features: string, allowed: string, device: string | undefined): string[] {
  const [wanted, offered] = [BigInt(`0x${features}`), BigInt(`0x${allowed}`)];
  const missing = wanted & ~offered;
  const name = device?.slice(device.lastIndexOf('/') + 1);
  if (missing === 0n) {
    const cut = features.length >= WIDE_DIGITS;
    return [
      cut
        ? 'since 10.2 the first number has only those of the features that are allowed: which one is missing is not in the line; the stream has it (migscope dump, guest_features)'
        : 'all features of the first number are in the second',
    ];
  }
  const bits = featureBits(missing);
  return [
    `the guest uses ${bits.length === 1 ? 'a feature' : 'features'} that the destination does not offer:`,
    ...bits.map((bit) => `bit ${bit}: ${namesOfBit(bit, name)}`),
  ];
}

function namesOfBit(bit: number, vmsd: string | undefined): string {
  const own = vmsd === undefined ? undefined : virtioDevice(vmsd);
  if (own) return featureName(own, bit) ?? `unknown to migscope for ${own.name}`;
  const common = COMMON_FEATURES[bit];
  if (common !== undefined) return common;
  const devices = VIRTIO_DEVICES.flatMap(({ name, features }) => {
    const feature = features[bit];
    return feature === undefined ? [] : [`${feature} of ${name}`];
  });
  return [...new Set(devices)].join(', ') || 'unknown to migscope';
}

const INDEX_MODULUS = 0x1_0000;

/** The requests that would be in flight: `last_avail_idx - used_idx`, modulo 2^16. */
export function inFlight(lastAvail: number, used: number): number {
  return (lastAvail - used + INDEX_MODULUS) % INDEX_MODULUS;
}

/** What `VQ n size 0x… < last_avail_idx 0x… - used_idx 0x…` says. */
export function explainUsedIndex(queue: number, size: number, lastAvail: number, used: number): string[] {
  const requests = inFlight(lastAvail, used);
  return [
    `queue ${queue}: 0x${lastAvail.toString(16)} - 0x${used.toString(16)} is ${requests} modulo 65536: so many requests would be in flight, in a ring of ${size}`,
    requests > INDEX_MODULUS / 2
      ? `used_idx, from guest memory, is ahead of last_avail_idx, from the device state, by ${INDEX_MODULUS - requests}: the memory is newer than the device state, or the device state is misread`
      : 'last_avail_idx, from the device state, is too far ahead of used_idx, from guest memory: the memory is older than the device state, or the device state is misread',
  ];
}

/** What `VQ n size 0x… Guest index 0x… inconsistent with Host index 0x…: delta 0x…` says. */
export function explainGuestIndex(queue: number, size: number, guest: number, host: number): string[] {
  return [
    `queue ${queue}: the guest has put ${inFlight(guest, host)} requests into a ring of ${size} since the device last looked (${hex(guest)} - ${hex(host)})`,
    'the device is marked broken and the migration goes on: the guest finds a device that does not answer',
  ];
}
