/**
 * What the state of a virtio device tells of the features that its host offers: some are saved with a subsection of their own, whether the guest uses
 * them or not (`virtio_64bit_features_needed` and its like, hw/virtio/virtio.c).
 */
import { structsOf, subsectionOf } from '../../access.js';
import type { StructNode } from '../../decode.js';
import { VIRTIO_F_RING_PACKED, VIRTIO_F_VERSION_1 } from './features.js';

/** Which of the subsections are there. Plain data. */
export interface OfferedFeatures {
  readonly version1: boolean;
  readonly packed: boolean;
  /** Any of the bits from 32 on. */
  readonly wide: boolean;
  /** Any of the bits from 64 on. */
  readonly widest: boolean;
}

/** Looks at the subsections of a section that was decoded. */
export function offeredFeatures(state: StructNode): OfferedFeatures {
  const [core] = structsOf(state, 'virtio');
  const has = (name: string): boolean => subsectionOf(core, `virtio/${name}`) !== undefined;
  return {
    version1: has('virtqueues'),
    packed: has('packed_virtqueues'),
    wide: has('64bit_features'),
    widest: has('128bit_features'),
  };
}

/** False for a feature that the device cannot offer: what would then be in its state is not. */
export function mayOffer({ version1, packed, wide, widest }: OfferedFeatures, bit: number): boolean {
  if (bit === VIRTIO_F_VERSION_1) return version1;
  if (bit === VIRTIO_F_RING_PACKED) return packed;
  return bit < 32 || (bit < 64 ? wide : widest);
}
