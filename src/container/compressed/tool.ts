/** Unpacks through a command-line program: what reads a file or a pipe and writes what was packed. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readSync } from 'node:fs';
import type { ByteSource } from '../../bytes/source.js';
import { Complaints, type Sayings } from './complaints.js';
import { FedProgram } from './fed-program.js';
import { ReadingProgram } from './reading-program.js';
import { systemPipe } from './system-pipe.js';

/** A program that unpacks its standard input. */
export interface Tool extends Sayings {
  readonly args: readonly string[];
}

/** Bytes of a file that are read over to come to where the packed part begins; further in, the program is fed through a pipe. */
const MAX_READ_OVER = 16 << 20;

/** Starts the program on a source; undefined where there is no such program. */
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
    ? new ReadingProgram(packed, child, pipe.readEnd, complaints)
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

/** Brings the position of a file, which reads at offsets leave alone, from 0 to where the packed part begins. */
function moveTo({ fd, start }: { readonly fd: number; readonly start: number }): boolean {
  if (start > MAX_READ_OVER) return false;
  const over = Buffer.alloc(Math.min(start, 1 << 20));
  for (let left = start; left > 0;) {
    const got = readSync(fd, over, 0, Math.min(left, over.length), null);
    if (got === 0) return false;
    left -= got;
  }
  return true;
}
