/** `validate --format tap`: TAP version 13, a test for each capture, its findings as diagnostics. QEMU's own harness reads it. */
import { visible } from '../../bytes/visible.js';
import { hex, type Severity } from '../../finding.js';
import { type CaptureReport, countWords, isAtLeast, validateReport, type ValidateReport } from './report.js';

export function validateTap({ captures }: ValidateReport, failOn: Severity): string {
  const lines = ['TAP version 13', `1..${captures.length}`];
  captures.forEach((capture, i) => lines.push(...tests(capture, i + 1, failOn)));
  return `${lines.join('\n')}\n`;
}

function tests(capture: CaptureReport, number: number, failOn: Severity): string[] {
  const { capture: name, findings, unreadable } = capture;
  // A `#` in a description would begin a directive.
  const what = visible(name).replaceAll('#', '\\#');
  if (unreadable !== undefined) return [`not ok ${number} - ${what}`, `# ${visible(unreadable)}`];
  const failed = findings.some(({ severity }) => isAtLeast(severity, failOn));
  return [
    `${failed ? 'not ok' : 'ok'} ${number} - ${what}: ${countWords(validateReport([capture]).summary)}`,
    ...findings.map(
      ({ channel, offset, severity, code, message }) =>
        `# ${visible(channel)}@${hex(offset)}: ${severity}[${code}] ${visible(message)}`,
    ),
  ];
}
