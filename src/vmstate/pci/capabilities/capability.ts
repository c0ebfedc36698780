/** What a file of this folder says of one kind of capability. */
import type { RegisterLayout } from '../register.js';

export interface CapabilityKind {
  readonly id: number;
  readonly name: string;
  /**
   * Bytes of the capability from its id on, which may depend on what stands in it. `space` is the whole config space.
   * A capability that lies about its size is cut off at the end of the space by the caller.
   */
  readonly size: (space: Uint8Array, offset: number) => number;
  /** The registers behind the id and the pointer (for extended ones: behind the header of 4 bytes), offsets from the id. */
  readonly registers: (space: Uint8Array, offset: number) => readonly RegisterLayout[];
  /** Its name with what tells two of a kind apart. */
  readonly title?: (space: Uint8Array, offset: number) => string;
  /** Bits that the guest can write, and bits that it clears by writing 1: what a destination does not compare. */
  readonly masks?: (space: Uint8Array, offset: number) => readonly CapabilityMask[];
}

/**
 * Bits of a register of 1, 2 or 4 bytes at an offset from the start of the capability, as QEMU's devices usually have them. Bits that are
 * in none of the masks are read-only and compared.
 */
export interface CapabilityMask {
  readonly offset: number;
  readonly size: 1 | 2 | 4;
  /** Bits that are writable. */
  readonly write?: number;
  /** Bits that are cleared by writing 1. */
  readonly clear?: number;
  /** Bits that are not compared although the guest cannot write them. */
  readonly skip?: number;
  /** Bits that some devices compare and others do not. */
  readonly varies?: number;
}

export const fixed =
  (size: number): (() => number) =>
  () =>
    size;
