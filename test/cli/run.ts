/** Runs command lines as a user does, through a shell, with `migscope` on the path. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
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
  if (bin === undefined) {
    bin = mkdtempSync(join(tmpdir(), 'migscope-bin-'));
    symlinkSync(join(ROOT, 'bin/migscope.js'), join(bin, 'migscope'));
  }
  const env = { ...process.env };
  delete env.NO_COLOR;
  delete env.FORCE_COLOR;
  const result = spawnSync('bash', ['-c', `set -o pipefail; ${line}`], {
    cwd,
    env: { ...env, PATH: `${bin}:${process.env.PATH}` },
    maxBuffer: 64 << 20,
  });
  return {
    output: result.stdout.toString() + result.stderr.toString(),
    stdout: result.stdout,
    code: result.status ?? -1,
  };
}
