/** Finds the end of frames that follow each other by the lengths that they state: nothing is unpacked, and nothing is proven whole. */
import { Cursor } from '../../bytes/cursor.js';
import type { ByteSource } from '../../bytes/source.js';
import { DecodeError } from '../../finding.js';
import { onlyZerosFollow } from './padding.js';

/** Steps over one frame; false when none begins where the cursor stands. */
export type SkipFrame = (cursor: Cursor) => Promise<boolean>;

/** What is read at once: a header of a few bytes for each block of many. */
const READ = 4096;

/** What stands behind the frames. */
export interface BehindFrames {
  /** Where the last one ends, in bytes of the packed source. */
  readonly end: number;
  /** Something follows, and it is zeros. */
  readonly padding: boolean;
}

/** Reads a source that can be sought in from its beginning; undefined for others, and where there is no frame or one that is cut. */
export async function behindFrames(packed: ByteSource, skip: SkipFrame): Promise<BehindFrames | undefined> {
  if (!packed.seek) return undefined;
  packed.seek(0);
  const cursor = new Cursor(packed);
  cursor.readAhead = READ;
  try {
    let end = 0;
    while (await skip(cursor)) end = cursor.offset;
    if (end === 0) return undefined;
    cursor.readAhead = Infinity;
    return { end, padding: (await onlyZerosFollow(cursor)) && cursor.offset > end };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
