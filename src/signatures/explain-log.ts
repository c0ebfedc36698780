/** A whole log of QEMU: its failures, each with the line that says most and those that only follow. */
import { explainLine } from './explain-line.js';
import type { Explanation } from './signature.js';

/** A failure of a log. */
export interface LogFailure extends Explanation {
  /** Other lines of it, in the order of the log. */
  readonly follows: readonly { readonly line: string; readonly name: string; readonly title: string }[];
  /** What QEMU said of it in words that are of no known kind: often the reason, as a device or a back-end gave it. */
  readonly reasons: readonly string[];
}

/** Longer lines are none of QEMU's. */
const MAX_LINE = 8192;
/** Lines of one failure, and failures of one log. */
const MAX_LINES = 64;
const MAX_FAILURES = 100;
const MAX_REASONS = 4;
/** A message of QEMU, whatever a logger put before it, that is not about how it is run. */
const MESSAGE = /(?:^|\s)qemu-[\w-]{1,40}: (?!warning: |info: |terminating on |-)(?<said>\S[^\n]*)/;
/** The last line of every failure of a destination. */
const LAST = 'load-failed';

/**
 * The failures of a log, in its order. Lines that are no message of a failed migration are passed over. A failure ends where the destination says that it
 * gives up; of its lines the most particular one is explained, with the device that another one names.
 */
export function explainLog(text: string): LogFailure[] {
  const failures: LogFailure[] = [];
  let lines: { readonly text: string; readonly found: Explanation }[] = [];
  let reasons: string[] = [];
  const close = (): void => {
    const failure = failureOf(lines, reasons);
    if (failure) failures.push(failure);
    lines = [];
    reasons = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const found = line.length <= MAX_LINE ? explainLine(line) : undefined;
    if (!found) {
      const said = line.length <= MAX_LINE ? MESSAGE.exec(line)?.groups?.['said'] : undefined;
      // The last ones before the failure count.
      if (said !== undefined) reasons = [...reasons, said].slice(-MAX_REASONS);
      continue;
    }
    if (lines.length < MAX_LINES) lines.push({ text: line, found });
    if (/load of migration failed/.test(line) || found.name === LAST) close();
    if (failures.length >= MAX_FAILURES) return failures;
  }
  close();
  return failures;
}

function failureOf(
  lines: readonly { readonly text: string; readonly found: Explanation }[],
  reasons: readonly string[],
): LogFailure | undefined {
  const main = explainLine(lines.map(({ text }) => text).join('\n'));
  if (!main) return undefined;
  const rest = lines.filter(({ text }) => !text.includes(main.line));
  return {
    ...main,
    follows: rest.map(({ text, found: { name, title } }) => ({ line: text.trim(), name, title })),
    reasons,
  };
}
