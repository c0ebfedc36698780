/** Invariants of the other channels, of captures and of containers. */
import type { Invariant } from './index.js';

export const CHANNEL_INVARIANTS: readonly Invariant[] = [
  { id: 'INV-M054', text: 'no multifd packet with pages comes once postcopy has started' },
  { id: 'INV-M097', text: 'multifd channels are silent behind their last sync in postcopy' },
];
