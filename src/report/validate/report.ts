/** What a run of `validate` has to say, in the shape that every format is made from. */
import type { Finding, Severity } from '../../finding.js';
import type { AcceptedFinding, BaselineEntry } from '../../rules/baseline.js';

/** One capture that was validated, or that could not be read. */
export interface CaptureReport {
  readonly capture: string;
  readonly layers: readonly string[];
  readonly complete: boolean;
  readonly machine?: string;
  readonly findings: readonly Finding[];
  /** Findings that the baseline accepts. */
  readonly accepted: readonly AcceptedFinding[];
  /** Why it could not be read at all. */
  readonly unreadable?: string;
}

export interface ValidateReport {
  readonly captures: readonly CaptureReport[];
  readonly summary: Readonly<Record<Severity, number>>;
  /** Entries of the baseline that no finding has met. */
  readonly stale: readonly BaselineEntry[];
}

export const SEVERITIES = ['error', 'warning', 'info'] as const satisfies readonly Severity[];

/** Puts the captures together. */
export function validateReport(
  captures: readonly CaptureReport[],
  stale: readonly BaselineEntry[] = [],
): ValidateReport {
  const summary = { error: 0, warning: 0, info: 0 };
  for (const { findings } of captures) for (const { severity } of findings) summary[severity]++;
  return { captures, summary, stale };
}

/** True for a severity at or above a threshold. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

/** The file that a finding is about: a channel of a directory lies in it, a single stream is the capture itself. */
export function fileOf({ capture, layers }: CaptureReport, { channel }: Finding): string {
  return layers[0] === 'directory' ? `${capture.replace(/\/+$/, '')}/${channel}` : channel;
}

/** `2 errors, 1 warning`; `nothing found`. */
export function countWords(summary: Readonly<Record<Severity, number>>): string {
  const words: readonly (readonly [number, string])[] = [
    [summary.error, summary.error === 1 ? 'error' : 'errors'],
    [summary.warning, summary.warning === 1 ? 'warning' : 'warnings'],
    [summary.info, summary.info === 1 ? 'note' : 'notes'],
  ];
  const there = words.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return there.length === 0 ? 'nothing found' : there.join(', ');
}
