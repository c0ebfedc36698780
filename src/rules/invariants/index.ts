/**
 * The invariants of the format, by number, and what judges each: rules (they name the invariants that they check), problems that decoders
 * report, or nothing, with the reason. `docs/invariants.md` is made from this table, and a test holds that it is complete.
 */
import { CHANNEL_INVARIANTS } from './channels.js';
import type { Invariant } from './types.js';
import { MAIN_CHANNEL_INVARIANTS } from './main-channel.js';

export const INVARIANTS: readonly Invariant[] = [...MAIN_CHANNEL_INVARIANTS, ...CHANNEL_INVARIANTS];
