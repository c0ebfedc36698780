/**
 * A window that moves over a file of packets: it reads through small packets, and steps over the payloads of large ones.
 */
import { readBuffer } from '../../bytes/read-buffer.js';
import type { SeekableSource } from '../spool.js';

const WINDOW = 1 << 20;
/** What is read where a packet begins, when packets are so large that the rest of them need not be read. */
const HEADERS = 4096;
/** Bytes from one request to the next above which payloads are stepped over. */
const LARGE = 8192;

export class FileWindow {
  readonly buffer = readBuffer(WINDOW);
  readonly view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
  private base = 0;
  private loaded = 0;
  private requests = 0;

  constructor(readonly source: SeekableSource) {}

  /** The index in `buffer` of a byte of the file with `count` bytes (at most 4096) behind it; -1 where the file ends before. */
  at(offset: number, count: number): number {
    const index = offset - this.base;
    this.requests++;
    if (index >= 0 && index + count <= this.loaded) return index;
    const large = index > LARGE * this.requests;
    this.loaded = this.source.readAt(large ? this.buffer.subarray(0, HEADERS) : this.buffer, offset);
    this.base = offset;
    this.requests = 0;
    return count <= this.loaded ? 0 : -1;
  }
}
