/**
 * Tells damage from what merely follows, for a program that has the same words for both: it is asked again, member by member, whether what comes
 * before is whole.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../../bytes/source.js';
import type { ProgramEnd } from './complaints.js';
import { moveTo, positionOf } from './file-position.js';

/** How a program tests one member. */
export interface MemberTest {
  /** With these it tests the first member that its standard input holds, and leaves the position of a file behind that. */
  readonly args: readonly string[];
  /** Members that follow each other begin at multiples of this, with zeros before them. */
  readonly alignment: number;
}

/** Hostile files have millions of members of a few bytes. */
const MAX_MEMBERS = 64;
/** Zeros that are looked through for another member. */
const MAX_PADDING = 1 << 20;

/**
 * Where the last whole member ends and something else follows, in bytes of the packed source; undefined when nothing does, when a member is damaged,
 * and where that cannot be told.
 *
 * `started` hears of each run of the program, so that it can be ended.
 */
export async function endOfMembers(
  { program, recognises, test }: { program: string; recognises: (head: Buffer) => boolean; test: MemberTest },
  { file }: ByteSource,
  started: (child: ChildProcess) => void,
): Promise<number | undefined> {
  if (!file) return undefined;
  const fd = reopened(file.fd);
  if (fd === undefined) return undefined;
  try {
    if (!moveTo({ fd, start: file.start })) return undefined;
    for (let members = 0; members < MAX_MEMBERS; members++) {
      const child = spawn(program, test.args, { stdio: [fd, 'ignore', 'ignore'] });
      started(child);
      const code = await exitCode(child);
      const end = positionOf(fd);
      if (code !== 0 || end === undefined) return undefined;
      const next = behindPadding(fd, end, test.alignment);
      const head = Buffer.alloc(16);
      const got = readSync(fd, head, 0, head.length, next);
      if (got === 0 && next === end) return undefined;
      if (!recognises(head) || !moveTo({ fd, start: next - end })) return end - file.start;
    }
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Null also for a program that cannot be started any more. */
async function exitCode(child: ChildProcess): Promise<ProgramEnd[0]> {
  try {
    const [code] = (await once(child, 'exit')) as unknown as ProgramEnd;
    return code;
  } catch {
    return null;
  }
}

/** The same file with a position of its own; undefined where the system has no such thing. */
function reopened(fd: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${fd}`, 'r');
  } catch {
    return undefined;
  }
}

/** The first place that is not zeros, at whole steps. */
function behindPadding(fd: number, from: number, alignment: number): number {
  const buffer = Buffer.alloc(MAX_PADDING);
  const got = readSync(fd, buffer, 0, buffer.length, from);
  const zeros = buffer.subarray(0, got).findIndex((byte) => byte !== 0);
  return from + (zeros < 0 ? got : zeros - (zeros % alignment));
}
