/**
 * `msix state`: the MSI-X table and the pending bits of a PCI function, which no config space holds.
 *
 *     0       16·n          n entries, little-endian: address (4), address upper (4), data (4), control (4)
 *     16·n    ceil(n / 8)   pending bits, bit 0 of byte 0 for vector 0
 *
 * Writer: `msix_save` (hw/pci/msix.c). The table size of the capability in config space is n.
 */
import type { Cutter } from '../cutter.js';
import { ADDRESS, bits } from '../meaning.js';
import type { OpaqueLayout } from '../opaque.js';

const ENTRY = 16;
const CONTROL = bits({ 0: 'MASKED' });

export const MSIX_STATE: OpaqueLayout = {
  name: 'msix state',
  types: ['msix state'],
  cut: cutVectors,
};

/** Bytes of the state of `vectors` vectors. */
export function msixStateSize(vectors: number): number {
  return ENTRY * vectors + Math.ceil(vectors / 8);
}

/** Cuts what remains, which is the state of as many vectors as that takes. */
function cutVectors(cut: Cutter): string {
  const size = cut.remaining;
  const vectors = Math.floor((size * 8) / (ENTRY * 8 + 1));
  cut.check(msixStateSize(vectors) === size, `${size} bytes are no whole number of vectors`);
  cut.array(
    'table',
    vectors,
    (i) => `vector ${i}`,
    () => {
      cut.integer('address', 'le64', ADDRESS);
      cut.integer('data', 'le32', ADDRESS);
      cut.integer('control', 'le32', CONTROL);
    },
  );
  if (vectors > 0) cut.integers('pending', 'uint8', Math.ceil(vectors / 8));
  return `${vectors} vectors`;
}
