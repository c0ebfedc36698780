import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { Ajv, type AnySchemaObject } from 'ajv';
import type { Log } from 'sarif';
import { describe, expect, it } from 'vitest';
import { validateSarif } from '../../../src/report/validate/sarif.js';
import { validateReport } from '../../../src/report/validate/report.js';
import { BROKEN, CLEAN, REPORT, RULE_FINDING } from './samples.js';

/** The schema of SARIF 2.1.0; written in draft 4, of which it uses nothing that draft 7 reads otherwise but the name of its id. */
function sarifSchema(): AnySchemaObject {
  const file = join(import.meta.dirname, '../../../fixtures/sarif-2.1.0.schema.json.br');
  const { id, $schema, ...schema } = JSON.parse(brotliDecompressSync(readFileSync(file)).toString('utf8')) as Record<
    string,
    unknown
  >;
  expect($schema).toContain('draft-04');
  return { ...schema, $id: String(id) };
}

function logOf(report: Parameters<typeof validateSarif>[0]): Log {
  return JSON.parse(validateSarif(report, '1.2.3')) as Log;
}

describe('validateSarif', () => {
  it('is SARIF 2.1.0', () => {
    const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, unicodeRegExp: false });
    const validate = ajv.compile(sarifSchema());
    for (const report of [REPORT, validateReport([CLEAN])]) {
      validate(logOf(report));
      expect(validate.errors ?? []).toEqual([]);
    }
    expect(validate({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
  });

  it('points into the file by bytes, and lists the rules that it names', () => {
    const [run] = logOf(REPORT).runs;
    const [result] = run!.results!;
    expect(result).toMatchObject({
      ruleId: 'MIG201',
      level: 'error',
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: 'runs/%231/main.bin' },
            region: { startLine: 1, byteOffset: RULE_FINDING.offset, byteLength: RULE_FINDING.length },
          },
        },
      ],
      relatedLocations: [{ physicalLocation: { artifactLocation: { uri: 'runs/%231/channel-01.bin' } } }],
    });
    expect(run!.tool.driver).toMatchObject({ name: 'migscope', semanticVersion: '1.2.3' });
    for (const { ruleId, ruleIndex } of run!.results!) expect(run!.tool.driver.rules![ruleIndex!]!.id).toBe(ruleId);
  });

  it('keeps what the baseline accepts as suppressed', () => {
    const results = logOf(REPORT).runs[0]!.results!;
    expect(results.map(({ suppressions }) => suppressions?.[0]?.justification)).toEqual([
      undefined,
      undefined,
      'the lab does so',
    ]);
  });

  it('has fingerprints that do not move with the offset', () => {
    const fingerprint = (offset: number): unknown =>
      logOf(validateReport([{ ...BROKEN, findings: [{ ...RULE_FINDING, offset }] }])).runs[0]!.results![0]!
        .partialFingerprints;
    expect(fingerprint(1)).toEqual(fingerprint(2));
    expect(fingerprint(1)).toHaveProperty('migscope/v1');
  });
});
