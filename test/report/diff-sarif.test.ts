import { describe, expect, it } from 'vitest';
import { diffCaptures } from '../../src/compare.js';
import { diffSarif, layoutFinding, verdictOf } from '../../src/report/diff-sarif.js';
import { comparedStreams } from './compared-streams.js';
import { expectValid } from './schemas.js';

describe('diffSarif', () => {
  const { a, b } = comparedStreams();

  it('has a result for each layout difference, as bad as its verdict', async () => {
    const result = await diffCaptures(a, b);
    const log = JSON.parse(diffSarif('1.0.0', result, 'a-to-b')) as {
      runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
    };
    const [run] = log.runs;
    expect(run!.tool.driver.rules.map(({ id }) => id)).toEqual(['MIG506', 'MIG510']);
    expect(run!.results).toMatchObject([
      {
        ruleId: 'MIG506',
        level: 'error',
        locations: [{ logicalLocations: [{ fullyQualifiedName: '0000:00:03.0/nic' }] }],
      },
      { ruleId: 'MIG510', level: 'warning' },
    ]);
  });

  it('looks at the direction that is asked for', async () => {
    const { layout } = await diffCaptures(a, b);
    const [version] = layout;
    expect((['both', 'a-to-b', 'b-to-a'] as const).map((direction) => verdictOf(version!, direction))).toEqual([
      'refused',
      'refused',
      'depends',
    ]);
    const finding = layoutFinding(version!, a, 'b-to-a');
    expect(finding).toMatchObject({
      code: 'MIG506',
      rule: 'section-version',
      severity: 'warning',
      section: '0000:00:03.0/nic',
    });
    expectValid('finding', finding);
  });
});
