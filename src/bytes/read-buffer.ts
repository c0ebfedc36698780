/** Where files are read into. */

/**
 * Large buffers of the C library begin 16 bytes behind the start of a memory page, and what is read from the start of a page of a file then takes twice
 * as long on some processors (five times at 8 bytes): each store seems to overlap a later load. From a few cache lines on that is over.
 */
const SHIFT = 112;

/** A buffer to read from files into. Its contents are not set. */
export function readBuffer(size: number): Buffer {
  return Buffer.allocUnsafeSlow(SHIFT + size).subarray(SHIFT);
}
