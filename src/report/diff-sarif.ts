/** Layout differences as findings: for SARIF, and for the baseline of what is accepted. */
import type { DiffResult } from '../compare.js';
import {
  LAYOUT_DIFFERENCES,
  type LayoutDifference,
  layoutDifferenceUrl,
  VERDICTS,
  type LoadVerdict,
} from '../diff/layout-difference.js';
import type { Finding, Severity } from '../finding.js';
import { layoutDescriptions } from './layout-descriptions.js';
import { sarifText } from './sarif.js';

/** Which way a stream goes. */
export const DIRECTIONS = ['both', 'a-to-b', 'b-to-a'] as const;
export type Direction = (typeof DIRECTIONS)[number];

const SEVERITIES: Record<LoadVerdict, Severity> = {
  refused: 'error',
  'state-lost': 'warning',
  depends: 'warning',
  loads: 'info',
};

/** The worse verdict of the directions that are looked at. */
export function verdictOf({ aToB, bToA }: LayoutDifference, direction: Direction): LoadVerdict {
  const looked = direction === 'both' ? [aToB, bToA] : [direction === 'a-to-b' ? aToB : bToA];
  return VERDICTS.find((verdict) => looked.some((judgement) => judgement.verdict === verdict)) ?? 'loads';
}

/** A difference as a finding on the side whose stream is judged. */
export function layoutFinding(difference: LayoutDifference, file: string, direction: Direction): Finding {
  const { code, kind, section, path, message, a, b, aToB, bToA } = difference;
  const verdict = verdictOf(difference, direction);
  const looked = direction === 'b-to-a' ? [bToA] : direction === 'a-to-b' ? [aToB] : [aToB, bToA];
  const worst = looked.find((judgement) => judgement.verdict === verdict)!;
  return {
    code,
    rule: kind,
    severity: SEVERITIES[verdict],
    origin: 'stream',
    message: `${[section, path].filter((part) => part !== '').join('/')}: ${message}; ${verdict}: ${worst.why}`,
    channel: file,
    offset: 0,
    length: 0,
    ...(section !== '' && { section }),
    ...(path !== '' && { path }),
    ...(b !== undefined && { expected: b }),
    ...(a !== undefined && { found: a }),
    ...(worst.qemu && { qemu: { ...worst.qemu, versions: 'all' } }),
    help: LAYOUT_DIFFERENCES[kind].help,
    url: layoutDifferenceUrl(kind),
    related: [],
  };
}

/** The SARIF log of the layout differences. */
export function diffSarif(version: string, { layout, a, b }: DiffResult, direction: Direction): string {
  const file = direction === 'b-to-a' ? b.capture : a.capture;
  const results = layout.map((difference) => ({ finding: layoutFinding(difference, file, direction), file }));
  return sarifText(version, layoutDescriptions(), results);
}
