/** What `dump` shows, whatever the format. */
import type { Selection } from './select.js';

export interface DumpOptions {
  /** Page records, one by one. */
  readonly pages: boolean;
  /** What is in the pages. */
  readonly memory: boolean;
  /** The vmdesc itself. */
  readonly desc: boolean;
  /** Types, offsets and sizes of the fields of device state. */
  readonly offsets: boolean;
  /** Device state only as the vmdesc describes it: what it leaves opaque stays bytes. */
  readonly rawDevices?: boolean;
  /** Bytes shown of a buffer; the rest is counted. */
  readonly maxBytes: number;
  readonly selected?: Selection;
}
