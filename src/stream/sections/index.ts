/** Every section whose layout is built in, besides `ram`. */
import { block } from './block.js';
import { dirtyBitmap } from './dirty-bitmap.js';
import { globalstate } from './globalstate.js';
import { s390Skeys } from './s390-skeys.js';
import { s390StorageAttributes } from './s390-storage-attributes.js';
import type { SectionDecoder } from './section-decoder.js';
import { slirp } from './slirp.js';
import { spaprHtab } from './spapr-htab.js';
import { todclock } from './todclock.js';
import { vfio } from './vfio.js';

const DECODERS: readonly SectionDecoder[] = [
  block,
  dirtyBitmap,
  globalstate,
  s390Skeys,
  s390StorageAttributes,
  slirp,
  spaprHtab,
  todclock,
  vfio,
];

/** The decoder for sections of this name, if their layout is built in. */
export function findSectionDecoder(idstr: string): SectionDecoder | undefined {
  return DECODERS.find((decoder) => decoder.matches(idstr));
}
