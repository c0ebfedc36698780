import { describe, expect, it } from 'vitest';
import { ruleDescriptions } from '../../src/report/rule-descriptions.js';
import { sarifLog } from '../../src/report/sarif.js';
import { FINDING } from './samples.js';

describe('sarifLog', () => {
  it('lists no rule that no result names', () => {
    const { rules } = sarifLog('1.0.0', ruleDescriptions(), []).runs[0]!.tool.driver;
    expect(rules).toEqual([]);
  });

  it('names the section and the path of a finding as a logical place', () => {
    const log = sarifLog('1.0.0', ruleDescriptions(), [{ finding: FINDING, file: 'a b.bin' }]);
    expect(log.runs[0]!.results![0]!.locations![0]).toMatchObject({
      physicalLocation: { artifactLocation: { uri: 'a%20b.bin' } },
      logicalLocations: [{ fullyQualifiedName: 'ram > ram > page' }],
    });
  });
});
