/** Runs command lines as a user does, through a shell, with `migscope` on the path. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

let bin: string | undefined;

export interface RunResult {
  readonly output: string;
  readonly stdout: Buffer;
  readonly code: number;
}

/** Runs one line in the root of the project; `output` is standard output and then standard error. */
export function run(line: string, cwd = ROOT): RunResult {
  const result = spawnSync('bash', ['-c', script(line)], { cwd, env: environment(), maxBuffer: 64 << 20 });
  return resultOf(result.stdout, result.stderr, result.status);
}

/** The same, while other lines run. */
export async function runBeside(line: string): Promise<RunResult> {
  const child = spawn('bash', ['-c', script(line)], {
    cwd: ROOT,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout.toArray() as Promise<Buffer[]>,
    child.stderr.toArray() as Promise<Buffer[]>,
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return resultOf(Buffer.concat(stdout), Buffer.concat(stderr), code);
}

function script(line: string): string {
  return `set -o pipefail; ${line}`;
}

function environment(): NodeJS.ProcessEnv {
  if (bin === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'migscope-bin-'));
    symlinkSync(join(ROOT, 'bin/migscope.js'), join(folder, 'migscope'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    bin = folder;
  }
  const env = { ...process.env };
  delete env.NO_COLOR;
  delete env.FORCE_COLOR;
  return { ...env, PATH: `${bin}:${process.env.PATH}` };
}

function resultOf(stdout: Buffer, stderr: Buffer, code: number | null): RunResult {
  return { output: stdout.toString() + stderr.toString(), stdout, code: code ?? -1 };
}
