/** Writes what `validate` found, in every format that was asked for. */
import { writeFileSync } from 'node:fs';
import { TextWriter } from '../bytes/text-writer.js';
import { Excerpts } from '../excerpts.js';
import { type Severity, UsageError } from '../finding.js';
import { makeStyle, type Style } from '../report/style.js';
import { captureText, summaryText } from '../report/validate/text.js';
import { validateGithub } from '../report/validate/github.js';
import { validateJson, validateJsonLines } from '../report/validate/json.js';
import { validateJunit } from '../report/validate/junit.js';
import type { CaptureReport, ValidateReport } from '../report/validate/report.js';
import { validateTap } from '../report/validate/tap.js';
import type { InputChoice, Parsed } from './command.js';
import { version } from './version.js';

export type Format = 'text' | 'json' | 'jsonl' | 'sarif' | 'junit' | 'tap' | 'github';

/** An output: a format and where it goes. */
export interface Output {
  readonly format: Format;
  /** A path, or `-`. */
  readonly file: string;
}

interface Setting {
  readonly parsed: Parsed;
  readonly choice: InputChoice;
  readonly failOn: Severity;
}

export async function writeOutputs(
  report: ValidateReport,
  outputs: readonly Output[],
  setting: Setting,
): Promise<void> {
  for (const { format, file } of outputs) {
    const text = await formatted(report, format, file, setting);
    if (file !== '-') {
      try {
        writeFileSync(file, text);
      } catch (error) {
        throw new UsageError(`--output ${format}:${file}: ${(error as Error).message}`);
      }
      continue;
    }
    const out = new TextWriter(1);
    out.write(text);
    out.flush();
  }
}

async function formatted(
  report: ValidateReport,
  format: Output['format'],
  file: string,
  { parsed, choice, failOn }: Setting,
): Promise<string> {
  switch (format) {
    case 'text':
      return asText(report, choice, makeStyle(parsed.color as 'auto', file === '-' && process.stdout.isTTY));
    case 'json':
      return validateJson(report);
    case 'jsonl':
      return [...validateJsonLines(report)].map((line) => `${line}\n`).join('');
    case 'sarif': {
      // Loads node:crypto, which takes some ms.
      const { validateSarif } = await import('../report/validate/sarif.js');
      return validateSarif(report, version());
    }
    case 'junit':
      return validateJunit(report, failOn);
    case 'tap':
      return validateTap(report, failOn);
    case 'github':
      return validateGithub(report);
  }
}

async function asText(report: ValidateReport, choice: InputChoice, style: Style): Promise<string> {
  const parts: string[] = [];
  for (const capture of report.captures) parts.push(await withExcerpts(capture, choice, style));
  const sum = summaryText(report);
  return [...parts, ...(sum === '' ? [] : [sum])].map((part) => `${part}\n`).join('');
}

async function withExcerpts(capture: CaptureReport, choice: InputChoice, style: Style): Promise<string> {
  if (capture.findings.length === 0) return captureText(capture, style, () => Promise.resolve(undefined));
  const { offset, role } = choice;
  const options = { ...(offset !== undefined && { offset }), ...(role !== undefined && { role }) };
  const excerpts = await Excerpts.of(capture.capture, choice, options);
  try {
    return await captureText(capture, style, (_, finding) => excerpts.at(finding));
  } finally {
    excerpts.close();
  }
}
