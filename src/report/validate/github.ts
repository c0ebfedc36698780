/** `validate --format github`: workflow commands that GitHub shows beside a run. */
import { hex, type Severity } from '../../finding.js';
import { fileOf, type ValidateReport } from './report.js';

const COMMAND = { error: 'error', warning: 'warning', info: 'notice' } as const satisfies Record<Severity, string>;

export function validateGithub({ captures }: ValidateReport): string {
  const lines = captures.flatMap((capture) => [
    ...(capture.unreadable === undefined
      ? []
      : [`::error file=${property(capture.capture)}::${data(capture.unreadable)}`]),
    ...capture.findings.map((finding) => {
      const { severity, code, rule, message, offset, help } = finding;
      const where = `file=${property(fileOf(capture, finding))},title=${property(`${code} ${rule}`)}`;
      return `::${COMMAND[severity]} ${where}::${data(`${message} (at ${hex(offset)})\n${help}`)}`;
    }),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
