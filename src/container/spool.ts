/** Makes a file of what can only be read forwards, for wrappers that have to be read here and there. */
import { closeSync, readSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { readBuffer } from '../bytes/read-buffer.js';
import type { ByteSource } from '../bytes/source.js';
import { temporaryFile } from '../bytes/temporary-file.js';
import { hex, InputError } from '../finding.js';

/** A source that can be read at any place. */
export type SeekableSource = ByteSource & Required<Pick<ByteSource, 'size' | 'readAt'>>;

export function isSeekable(source: ByteSource): source is SeekableSource {
  return source.size !== undefined && source.readAt !== undefined;
}

/** Beyond this a user should say where the space is to come from. */
const MAX_SPOOLED = 64 * 2 ** 30;
const CHUNK = 1 << 20;

/**
 * Copies the source into a temporary file and gives that instead. Closing it closes the source.
 *
 * @param what it is, and why it has to be a file, for who has no room for it
 * @throws InputError when there is too much of it, or no room
 */
export async function spool(source: ByteSource, what: string, most = MAX_SPOOLED): Promise<SeekableSource> {
  const tooMuch = (why: string): InputError =>
    new InputError(`${source.name} is ${what}, and there is ${why}`, 'unpack it into a file first');
  const fd = temporaryFile();
  let size = 0;
  try {
    const chunk = readBuffer(CHUNK);
    for (let got; (got = await source.read(chunk)) > 0; size += got) {
      if (size + got > most) throw tooMuch(`more than ${hex(most)} bytes`);
      writeSync(fd, chunk, 0, got, size);
    }
  } catch (error) {
    closeSync(fd);
    if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw tooMuch(`no room for it in ${tmpdir()}`);
  }
  const readAt = (into: Uint8Array, offset: number): number => {
    let got = 0;
    for (let count; got < into.length; got += count) {
      count = readSync(fd, into, got, into.length - got, offset + got);
      if (count === 0) break;
    }
    return got;
  };
  let position = 0;
  return {
    name: source.name,
    size,
    // What was wrong with the packing is known by now.
    faults: source.faults ?? [],
    readAt,
    read(into) {
      const got = readAt(into, position);
      position += got;
      return got;
    },
    close() {
      closeSync(fd);
      source.close();
    },
  };
}
