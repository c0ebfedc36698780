import { dirtyBitmap } from './dirty-bitmap.js';
import type { SectionDecoder } from './section-decoder.js';

const DECODERS: readonly SectionDecoder[] = [dirtyBitmap];

/** The built-in layout of a section, if there is one. */
export function findSectionDecoder(idstr: string): SectionDecoder | undefined {
  return DECODERS.find((decoder) => decoder.matches(idstr));
}
