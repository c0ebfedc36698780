/** Invariants of the main channel. */
import type { Invariant } from './index.js';

export const MAIN_CHANNEL_INVARIANTS: readonly Invariant[] = [
  { id: 'INV-001', text: 'the stream starts with QEVM', problems: ['capture-main'] },
  { id: 'INV-201', text: 'multifd is synced before LISTEN' },
];
