/**
 * A pipe of the system. What Node gives a child process is a socket, of which each 64 KiB come as an event and in a buffer of their own; from a
 * pipe they are read where they are wanted.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two descriptors, both blocking; who has them closes them. */
export interface SystemPipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** Makes a pipe; undefined where the system has no `mkfifo`, or no room for one. */
export function systemPipe(): SystemPipe | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'migscope-'));
    const path = join(folder, 'pipe');
    if (spawnSync('mkfifo', [path], { stdio: 'ignore' }).status !== 0) return undefined;
    // With an end of both kinds open, neither of the others waits for its counterpart.
    const both = openSync(path, constants.O_RDWR);
    try {
      return { readEnd: openSync(path, 'r'), writeEnd: openSync(path, 'w') };
    } finally {
      closeSync(both);
    }
  } catch {
    return undefined;
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
