/** A whole log of QEMU: its failures, each with the line that says most and those that only follow. */
import { explainLine } from './explain-line.js';
import type { Explanation } from './signature.js';

/** A failure of a log. */
export interface LogFailure extends Explanation {
  /** Other lines of it, in the order of the log. */
  readonly follows: readonly { readonly line: string; readonly name: string; readonly title: string }[];
}

/** Longer lines are none of QEMU's. */
const MAX_LINE = 8192;
/** Lines of one failure, and failures of one log. */
const MAX_LINES = 64;
const MAX_FAILURES = 100;
/** The last line of every failure of a destination. */
const LAST = 'load-failed';

/**
 * The failures of a log, in its order. Lines that are no message of a failed migration are passed over. A failure ends where the destination says that it
 * gives up; of its lines the most particular one is explained, with the device that another one names.
 */
export function explainLog(text: string): LogFailure[] {
  const failures: LogFailure[] = [];
  let lines: { readonly text: string; readonly found: Explanation }[] = [];
  const close = (): void => {
    const failure = failureOf(lines);
    if (failure) failures.push(failure);
    lines = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const found = line.length <= MAX_LINE ? explainLine(line) : undefined;
    if (!found) continue;
    if (lines.length < MAX_LINES) lines.push({ text: line, found });
    if (/load of migration failed/.test(line) || found.name === LAST) close();
    if (failures.length >= MAX_FAILURES) return failures;
  }
  close();
  return failures;
}

function failureOf(lines: readonly { readonly text: string; readonly found: Explanation }[]): LogFailure | undefined {
  const main = explainLine(lines.map(({ text }) => text).join('\n'));
  if (!main) return undefined;
  const rest = lines.filter(({ text }) => !text.includes(main.line));
  return {
    ...main,
    follows: rest.map(({ text, found: { name, title } }) => ({ line: text.trim(), name, title })),
  };
}
