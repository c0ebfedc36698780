/** `validate` as people read it. */
import { visible } from '../../bytes/visible.js';
import type { Excerpt } from '../../excerpts.js';
import type { Finding } from '../../finding.js';
import { findingText } from '../finding-text.js';
import type { Style } from '../style.js';
import { type CaptureReport, countWords, validateReport, type ValidateReport } from './report.js';

/** Finds the bytes that a finding of a capture is about. */
export type ExcerptOf = (capture: CaptureReport, finding: Finding) => Promise<Excerpt | undefined>;

/** One capture: what it comes to, then its findings with the bytes they are about. */
export async function captureText(capture: CaptureReport, style: Style, excerptOf: ExcerptOf): Promise<string> {
  const { findings, accepted, unreadable } = capture;
  const name = style('bold', visible(capture.capture));
  if (unreadable !== undefined) return `${name}: ${style('red', 'not read')}: ${visible(unreadable)}`;
  const { summary } = validateReport([capture]);
  const color = summary.error > 0 ? 'red' : summary.warning > 0 ? 'yellow' : 'green';
  const known = accepted.length === 0 ? '' : `, ${accepted.length} accepted by the baseline`;
  const lines = [`${name}: ${style(color, countWords(summary))}${known}`];
  for (const finding of findings) lines.push(findingText(finding, style, await excerptOf(capture, finding)));
  return lines.join('\n');
}

/** The last lines of a run: stale entries of the baseline, and the sum where there are several captures. */
export function summaryText({ captures, summary, stale }: ValidateReport): string {
  const lines = stale.map(
    ({ rule, section, path }) =>
      `baseline: nothing matches ${[rule, section, path].filter((part) => part !== undefined).join(' > ')} any more; take the entry out`,
  );
  if (captures.length > 1) {
    const unread = captures.filter(({ unreadable }) => unreadable !== undefined).length;
    const clean = captures.filter(
      ({ findings, unreadable }) => unreadable === undefined && findings.every(({ severity }) => severity === 'info'),
    ).length;
    lines.push(
      `${captures.length} captures, ${clean} clean: ${countWords(summary)}${unread > 0 ? `, ${unread} not read` : ''}`,
    );
  }
  return lines.join('\n');
}
