import { describe, expect, it } from 'vitest';
import { countWords, fileOf, isAtLeast, validateReport } from '../../../src/report/validate/report.js';
import { BROKEN, CLEAN, NOTE, REPORT, RULE_FINDING } from './samples.js';

describe('validateReport', () => {
  it('counts the findings of all captures by severity, those that are accepted left out', () => {
    expect(REPORT.summary).toEqual({ error: 1, warning: 0, info: 1 });
    expect(validateReport([CLEAN]).summary).toEqual({ error: 0, warning: 0, info: 0 });
  });
});

describe('isAtLeast', () => {
  it('is inclusive', () => {
    expect(isAtLeast('error', 'warning')).toBe(true);
    expect(isAtLeast('warning', 'warning')).toBe(true);
    expect(isAtLeast('info', 'warning')).toBe(false);
  });
});

describe('fileOf', () => {
  it('is a file in a directory, or the capture itself', () => {
    expect(fileOf(BROKEN, NOTE)).toBe('runs/#1/channel-01.bin');
    expect(fileOf(CLEAN, { ...RULE_FINDING, channel: 'clean.bin' })).toBe('clean.bin');
  });
});

describe('countWords', () => {
  it.each([
    [{ error: 0, warning: 0, info: 0 }, 'nothing found'],
    [{ error: 1, warning: 0, info: 2 }, '1 error, 2 notes'],
    [{ error: 2, warning: 1, info: 1 }, '2 errors, 1 warning, 1 note'],
    [{ error: 0, warning: 3, info: 0 }, '3 warnings'],
  ])('%o: %s', (summary, words) => {
    expect(countWords(summary)).toBe(words);
  });
});
