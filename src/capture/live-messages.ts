/** What a recorder and the thread that decodes for it say to each other. */
import type { Finding } from '../finding.js';
import type { LiveState } from './live-decoder.js';

export interface LiveThreadOptions {
  readonly directory: string;
  /** Judge the migration too, and tell of what is found. */
  readonly validate: boolean;
}

export type ToLiveThread =
  | { readonly kind: 'grown'; readonly file: string; readonly bytes: number }
  | { readonly kind: 'ended'; readonly file: string }
  | { readonly kind: 'finish' };

export type FromLiveThread =
  | { readonly kind: 'state'; readonly state: LiveState }
  | { readonly kind: 'finding'; readonly finding: Finding }
  /** The last message: all findings as they stand at the end. */
  | { readonly kind: 'done'; readonly findings: readonly Finding[] };
