/** Unpacks through a command-line program: what reads a file or a pipe and writes what was packed. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import type { ByteSource } from '../../bytes/source.js';
import { Complaints, type Sayings } from './complaints.js';
import { FedProgram } from './fed-program.js';
import { moveTo } from './file-position.js';
import { behindFrames, type SkipFrame } from './frame-walk.js';
import { ReadingProgram, type SecondLook } from './reading-program.js';
import { systemPipe } from './system-pipe.js';
import { endOfMembers, type MemberTest } from './whole-members.js';

/** A program that unpacks its standard input. */
export interface Tool extends Sayings {
  readonly args: readonly string[];
  readonly recognises: (head: Buffer) => boolean;
  /** Where its words for what follows the packed data are those for damage. */
  readonly test?: MemberTest;
  /** Where it does not tell zeros from anything else that follows. */
  readonly skipFrame?: SkipFrame;
}

/** Starts the program on a source, which it reads itself where that is a file and not too far into it; undefined where there is no such program. */
export async function startTool(format: string, tool: Tool, packed: ByteSource): Promise<ByteSource | undefined> {
  const { file } = packed;
  const pipe = file && moveTo(file) ? systemPipe() : undefined;
  const complaints = new Complaints(format, tool, packed);
  let child: ChildProcess | undefined;
  try {
    child = await start(tool, pipe ? [file!.fd, pipe.writeEnd, complaints.fd] : ['pipe', 'pipe', complaints.fd]);
  } finally {
    // The program has an end of its own.
    if (pipe) closeSync(pipe.writeEnd);
    if (!child) {
      complaints.close();
      if (pipe) closeSync(pipe.readEnd);
    }
  }
  if (!child) return undefined;
  return pipe
    ? new ReadingProgram(packed, child, pipe.readEnd, complaints, secondLook(tool, packed))
    : new FedProgram(format, packed, child, complaints);
}

async function start({ program, args }: Tool, stdio: StdioOptions): Promise<ChildProcess | undefined> {
  const child = spawn(program, args, { stdio, env: { ...process.env, LC_ALL: 'C' } });
  try {
    await once(child, 'spawn');
    return child;
  } catch (error) {
    // Not there, or not for this user.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function secondLook({ test, skipFrame, ...tool }: Tool, packed: ByteSource): SecondLook {
  return {
    ...(test && { whole: (started) => endOfMembers({ ...tool, test }, packed, started) }),
    ...(skipFrame && { behind: () => behindFrames(packed, skipFrame) }),
  };
}
