import type { ProblemName } from '../../problems.js';

/** What holds of the format, and what judges it. */
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
