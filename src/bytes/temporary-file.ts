/** A temporary file that has no name, and so is gone when it is closed. */
import { randomUUID } from 'node:crypto';
import { openSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes one in the system's folder for temporary files, for reading and writing; the caller closes the descriptor.
 *
 * @throws the error of the system call
 */
export function temporaryFile(): number {
  const path = join(tmpdir(), `migscope-${randomUUID()}`);
  const fd = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return fd;
}
