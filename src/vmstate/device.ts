/** A section with all that is known of its kind of device: what the vmdesc says, what is opaque to it, and what the numbers stand for. */
import type { DecodedState } from './decode.js';
import { interpretationsOf } from './interpret/index.js';
import { decodeContents, type OpaqueContext } from './opaque.js';
import type { VmsdDescription } from './vmdesc.js';

/**
 * Decodes the payload of a section with all that is known of its kind of device.
 *
 * @param description what the vmdesc says of it; without it, only sections that have a layout of their own are decoded
 */
export function decodeDevice(
  description: VmsdDescription | undefined,
  payload: Uint8Array,
  context: OpaqueContext,
): DecodedState {
  return decodeContents(description, payload, context, interpretationsOf);
}
