/**
 * Status, interrupt and feature bits that all virtio devices have. Sources: the virtio specification 1.3 §2.1, §6;
 * include/standard-headers/linux/virtio_config.h in QEMU.
 */
import { bits, type Meaning, type Names, upperBits } from '../../meaning.js';
import type { VirtioDevice } from './device.js';

export const VIRTIO_F_VERSION_1 = 32;
export const VIRTIO_F_ACCESS_PLATFORM = 33;
export const VIRTIO_F_RING_PACKED = 34;
export const VIRTIO_RING_F_EVENT_IDX = 29;

export const STATUS_ACKNOWLEDGE = 1;
export const STATUS_DRIVER = 2;
export const STATUS_DRIVER_OK = 4;
export const STATUS_FEATURES_OK = 8;

export const STATUS = bits({
  0: 'ACKNOWLEDGE',
  1: 'DRIVER',
  2: 'DRIVER_OK',
  3: 'FEATURES_OK',
  6: 'NEEDS_RESET',
  7: 'FAILED',
});

export const ISR = bits({ 0: 'QUEUE', 1: 'CONFIG' });

/** Features of the transport and of the rings. */
export const COMMON_FEATURES: Names = {
  24: 'NOTIFY_ON_EMPTY',
  26: 'VHOST_LOG_ALL',
  27: 'ANY_LAYOUT',
  28: 'RING_INDIRECT_DESC',
  29: 'RING_EVENT_IDX',
  30: 'PROTOCOL_FEATURES',
  32: 'VERSION_1',
  33: 'ACCESS_PLATFORM',
  34: 'RING_PACKED',
  35: 'IN_ORDER',
  36: 'ORDER_PLATFORM',
  37: 'SR_IOV',
  38: 'NOTIFICATION_DATA',
  39: 'NOTIF_CONFIG_DATA',
  40: 'RING_RESET',
  41: 'ADMIN_VQ',
};

/** By feature: those of which it needs one. */
export type FeatureNeeds = Readonly<Record<number, readonly number[]>>;

/** Features that only drivers of the specification 1.0 and later know. */
const COMMON_NEEDS: FeatureNeeds = Object.fromEntries(
  [VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_RING_PACKED, 35, 36, 37, 38, 39, 40, 41].map((bit) => [
    bit,
    [VIRTIO_F_VERSION_1],
  ]),
);

export interface MissingFeature {
  readonly feature: number;
  /** One of these would have to be there. */
  readonly needs: readonly number[];
}

/** The features that a driver may not accept without others, and did (virtio 1.3 §5, "Feature bit requirements"). */
export function missingFeatures(
  device: Pick<VirtioDevice, 'featureNeeds'> | undefined,
  features: ReadonlySet<number>,
): readonly MissingFeature[] {
  return Object.entries({ ...COMMON_NEEDS, ...device?.featureNeeds })
    .map(([feature, needs]) => ({ feature: Number(feature), needs }))
    .filter(({ feature, needs }) => features.has(feature) && !needs.some((needed) => features.has(needed)));
}

/** The name of a feature bit of a device of this type; undefined for bits that no specification or QEMU names. */
export function featureName(device: Pick<VirtioDevice, 'features'> | undefined, bit: number): string | undefined {
  return device?.features[bit] ?? COMMON_FEATURES[bit];
}

export interface FeatureMeanings {
  /** Bits 0 to 31. */
  readonly low: Meaning;
  /** Bits 32 to 63, as a word of their own. */
  readonly high: Meaning;
  /** Bits 64 to 127, as a word of their own. */
  readonly upper: Meaning;
  /** Bits 64 to 95 and 96 to 127. */
  readonly third: Meaning;
  readonly fourth: Meaning;
  /** Bits 0 to 63. */
  readonly both: Meaning;
}

const MEANINGS = new Map<Names, FeatureMeanings>();
const NONE: Names = {};

/** The names of the features of a device, for each of the words that features are saved in. */
export function featureMeanings(device: Pick<VirtioDevice, 'features'> | undefined): FeatureMeanings {
  const own = device?.features ?? NONE;
  let meanings = MEANINGS.get(own);
  if (!meanings) {
    const both = bits({ ...COMMON_FEATURES, ...own });
    let [high, upper, fourth]: (Meaning | undefined)[] = [];
    meanings = {
      low: both,
      both,
      get high() {
        return (high ??= upperBits(both, 32));
      },
      get upper() {
        return (upper ??= upperBits(both, 64));
      },
      get third() {
        return this.upper;
      },
      get fourth() {
        return (fourth ??= upperBits(both, 96));
      },
    };
    MEANINGS.set(own, meanings);
  }
  return meanings;
}

/** The numbers of the bits that are set, counted from `from`. */
export function featureBits(value: number | bigint, from = 0): number[] {
  const numbers: number[] = [];
  for (let rest = BigInt(value), bit = from; rest !== 0n; rest >>= 1n, bit++) if (rest & 1n) numbers.push(bit);
  return numbers;
}
