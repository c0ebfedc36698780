/** The files of a recording as they are written to disk. */
import { close, writev } from 'node:fs';
import { promisify } from 'node:util';
import type { OutputDirectory } from '../bytes/output-directory.js';
import type { OpenRecordingFile, RecordingFile } from './write-queue.js';

const writevAsync = promisify(writev);
const closeAsync = promisify(close);

/** Buffers that the system takes at once (`IOV_MAX`). */
const MAX_VECTOR = 1024;
/** Bytes that are written at once. For more the system makes larger pages of its cache, and looks long for the memory. */
const MAX_WRITE = 1 << 20;

/** Creates files in a directory. */
export function filesIn(directory: OutputDirectory): OpenRecordingFile {
  return (name) => Promise.resolve(new FileOfRecording(directory.create(name)));
}

class FileOfRecording implements RecordingFile {
  written = 0;

  constructor(private readonly fd: number) {}

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    let left: readonly Uint8Array[] = chunks;
    while (left.length > 0) {
      const { bytesWritten } = await writevAsync(this.fd, left.slice(0, countOf(left)));
      this.written += bytesWritten;
      left = behind(left, bytesWritten);
    }
  }

  close(): Promise<void> {
    return closeAsync(this.fd);
  }
}

/** How many of the chunks are written next: one at least. */
function countOf(chunks: readonly Uint8Array[]): number {
  let bytes = chunks[0]!.length;
  let count = 1;
  while (count < Math.min(chunks.length, MAX_VECTOR) && bytes + chunks[count]!.length <= MAX_WRITE)
    bytes += chunks[count++]!.length;
  return count;
}

function behind(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skip = count;
  let first = 0;
  while (first < chunks.length && skip >= chunks[first]!.length) skip -= chunks[first++]!.length;
  const rest = chunks.slice(first);
  if (skip > 0) rest[0] = rest[0]!.subarray(skip);
  return rest;
}
