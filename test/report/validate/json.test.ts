import { describe, expect, it } from 'vitest';
import { validateJson, validateJsonLines } from '../../../src/report/validate/json.js';
import { expectValid } from '../schemas.js';
import { REPORT } from './samples.js';

describe('validateJson', () => {
  it('is what its schema says, and holds the findings as they are', () => {
    const document = JSON.parse(validateJson(REPORT)) as { captures: { findings: unknown[] }[]; summary: unknown };
    expectValid('validate', document);
    expect(document.captures.map(({ findings }) => findings)).toEqual(REPORT.captures.map(({ findings }) => findings));
    expect(document.summary).toEqual(REPORT.summary);
  });
});

describe('validateJsonLines', () => {
  it('has a header first, the findings before their capture, and the summary last', () => {
    const lines = [...validateJsonLines(REPORT)].map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ kind, capture, code }) => [kind, capture, code])).toEqual([
      ['header', undefined, undefined],
      ['capture', 'clean.bin', undefined],
      ['finding', 'runs/#1/', 'MIG201'],
      ['finding', 'runs/#1/', 'MIG198'],
      ['accepted', 'runs/#1/', 'MIG133'],
      ['capture', 'runs/#1/', undefined],
      ['capture', 'gone.bin', undefined],
      ['summary', undefined, undefined],
    ]);
    expect(lines[0]).toMatchObject({ schema: 'migscope/validate/1' });
    expect(lines.at(-1)).toMatchObject({ error: 1, warning: 0, info: 1, stale: REPORT.stale });
  });
});
