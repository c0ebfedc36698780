/** Faults of QEMU's own that show in the state of virtio devices: streams that it writes and cannot load, or not everywhere. */
import { fieldOf, numberOf, structsOf } from '../../access.js';
import { decodeContents, type OpaqueContext } from '../../opaque.js';
import { VLAN_BYTES, vlansAt } from './net.js';
import type { StructNode } from '../../decode.js';
import { scsiElements, type VirtioElementFacts, type VirtioFacts } from './facts.js';

/**
 * A request in flight of a host that offers packed rings: the number of its descriptors is written before the element and read behind it (`qemu_put_virtqueue_element`,
 * `qemu_get_virtqueue_element`, 7.2 to 11.1), so that no destination can load it.
 */
export function packedElementsInFlight(facts: VirtioFacts): readonly VirtioElementFacts[] {
  return facts.offersPacked ? facts.elements : [];
}

/** The same for the requests of a disk (`scsi-requests`), whose elements tell by themselves that they have the number. */
export function packedScsiRequests(device: StructNode, payload: Uint8Array): readonly VirtioElementFacts[] {
  return scsiElements(device, payload).filter(({ packed }) => packed);
}

export interface ScanoutLayout {
  readonly outputs: number;
  /** Scanouts that have the 24 bytes of a frame buffer. */
  readonly withBuffer: number;
}

/**
 * A virtio-gpu whose scanouts have different sizes: whether one has its frame buffer is decided by unrelated memory for all but the first
 * (`virtio_gpu_scanouts`, since 9.0). A destination that decides otherwise reads them wrong.
 *
 * @returns undefined where there is nothing to say
 */
export function undefinedScanouts(state: StructNode, payload: Uint8Array): ScanoutLayout | undefined {
  const [gpu] = structsOf(state, 'virtio-gpu');
  const outputs = numberOf(gpu, 'conf.max_outputs', payload);
  if (outputs === undefined) return undefined;
  const withBuffer = structsOf(gpu, 'scanout').filter((scanout) => fieldOf(scanout, 'fb.stride')).length;
  return withBuffer > 0 && withBuffer < outputs ? { outputs, withBuffer } : undefined;
}

/** What release candidates of 10.2 wrote: 32 bits for each of 4096 VLANs, of which one is used. */
const GROWN_VLAN_BYTES = 16384;

export interface GrownVlans {
  /** In the payload. */
  readonly start: number;
  readonly size: number;
  /** What every release reads. */
  readonly expected: number;
}

/**
 * A virtio-net whose VLAN filter is as long as release candidates of 10.2 had it: every release from 5.2 to 11.1 reads 512 bytes, and what follows at the wrong
 * place.
 *
 * @param core the state of the section with its device part left as bytes, as no layout fits it
 * @returns undefined where it is something else that does not fit
 */
export function grownVlans(core: StructNode, payload: Uint8Array, context: OpaqueContext): GrownVlans | undefined {
  const part = fieldOf(core, 'device');
  const start = part && !part.structs ? vlansAt(payload, part.start, part.start + part.size) : undefined;
  if (start === undefined || start + GROWN_VLAN_BYTES > part!.start + part!.size) return undefined;
  const before = payload.subarray(0, start + VLAN_BYTES);
  const shortened = Buffer.concat([before, payload.subarray(start + GROWN_VLAN_BYTES)]);
  const { state, failures = [] } = decodeContents(undefined, shortened, context);
  if (!state || failures.length > 0) return undefined;
  return { start, size: GROWN_VLAN_BYTES, expected: VLAN_BYTES };
}
