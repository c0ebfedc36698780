/** The JSON of `diff`; docs/schema/diff.schema.json is its schema. */
import type { DiffResult } from '../compare.js';
import { VERDICTS, type LayoutDifference, type LoadVerdict } from '../diff/layout-difference.js';

export interface DiffDocument extends DiffResult {
  readonly schema: 'migscope/diff/1';
  readonly summary: DiffSummary;
}

export interface DiffSummary {
  /** How many layout differences there are of each verdict. */
  readonly aToB: Readonly<Record<LoadVerdict, number>>;
  readonly bToA: Readonly<Record<LoadVerdict, number>>;
  readonly values: number;
  readonly pagesDiffer: number;
  readonly ignored: number;
}

export function diffDocument(result: DiffResult): DiffDocument {
  const { identical, a, b, identity, layout, values, ram, protocol, ignored, notes } = result;
  return {
    schema: 'migscope/diff/1',
    identical,
    summary: diffSummary(result),
    a,
    b,
    identity,
    layout,
    values,
    ...(ram && { ram }),
    ...(protocol && { protocol }),
    ignored,
    notes,
  };
}

export function diffSummary({ layout, values, ram, ignored }: DiffResult): DiffSummary {
  return {
    aToB: countVerdicts(layout, 'aToB'),
    bToA: countVerdicts(layout, 'bToA'),
    values: values.length,
    pagesDiffer: (ram?.blocks ?? []).reduce((sum, block) => sum + block.pagesDiffer, 0),
    ignored: ignored.reduce((sum, { count }) => sum + count, 0),
  };
}

function countVerdicts(layout: readonly LayoutDifference[], direction: 'aToB' | 'bToA'): Record<LoadVerdict, number> {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<LoadVerdict, number>;
  for (const difference of layout) counts[difference[direction].verdict]++;
  return counts;
}
