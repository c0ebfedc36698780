/**
 * The invariants of the format, by number, and what judges each: rules (they name the invariants that they check), problems that decoders
 * report, or nothing, with the reason. `docs/invariants.md` is made from this table, and a test holds that it is complete.
 */
import type { ProblemName } from '../../problems.js';
import { CHANNEL_INVARIANTS } from './channels.js';
import { MAIN_CHANNEL_INVARIANTS } from './main-channel.js';

export interface Invariant {
  /** `INV-031` of the main channel, `INV-M080` of the other channels and of containers. */
  readonly id: string;
  /** What holds in every stream that QEMU writes, or that a destination demands; one clause. */
  readonly text: string;
  /** The problems of decoders that report a breach. */
  readonly problems?: readonly ProblemName[];
  /** The numbers under which it stands among those of the other channels, and is judged there. */
  readonly same?: readonly string[];
  /** Why a capture alone cannot show a breach. */
  readonly notJudged?: string;
}

export const INVARIANTS: readonly Invariant[] = [...MAIN_CHANNEL_INVARIANTS, ...CHANNEL_INVARIANTS];
