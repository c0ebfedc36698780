/** Validates bytes that a test made, as a capture of one file or of several. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../src/finding.js';
import { MemorySource } from '../../src/bytes/source.js';
import { CaptureModel } from '../../src/model/capture-model.js';
import type { Target } from '../../src/rules/facts.js';
import { TargetCollector } from '../../src/rules/target-capture.js';
import { readStream } from '../../src/read.js';
import { Judge, type JudgeOptions, validate } from '../../src/validate.js';

/** The findings of a main channel that stands alone. */
export async function judgeStream(bytes: Uint8Array, options: JudgeOptions = {}): Promise<readonly Finding[]> {
  const judge = new Judge(false, options);
  await readStream(new MemorySource(bytes, 'main'), judge.channel('main'));
  return judge.verdict().findings;
}

/** The findings of a main channel that is all there is of its migration. */
export async function judgeMain(bytes: Uint8Array, options: JudgeOptions = {}): Promise<readonly Finding[]> {
  const judge = new Judge(true, options);
  await readStream(new MemorySource(bytes, 'main'), judge.channel('main'));
  return judge.verdict().findings;
}

/** The findings of a capture with these files, by name. */
export async function judgeCapture(
  files: Readonly<Record<string, Uint8Array>>,
  options: JudgeOptions = {},
): Promise<readonly Finding[]> {
  const folder = mkdtempSync(join(tmpdir(), 'migscope-rules-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return (await validate(folder, options)).findings;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The destination that saved these bytes. */
export async function targetOf(bytes: Uint8Array): Promise<Target> {
  const model = new CaptureModel();
  const collector = new TargetCollector();
  await readStream(new MemorySource(bytes, 'main'), [model.channel('main'), collector.channel()]);
  return { capture: collector.result(model.summary().complete) };
}

/** What tests compare: which rules fired, where, how gravely. */
export const brief = (findings: readonly Finding[]): unknown[] =>
  findings.map(({ rule, severity, channel, offset }) => [rule, severity, channel, offset]);

/** The rules that fired at or above warning, in order. */
export const rulesOf = (findings: readonly Finding[]): string[] =>
  findings.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule);
