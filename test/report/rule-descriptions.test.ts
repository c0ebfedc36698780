import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { findDescription, ruleDescriptions } from '../../src/report/rule-descriptions.js';
import { RULES } from '../../src/rules/catalogue.js';

describe('ruleDescriptions', () => {
  it('has every rule and every problem, by code', () => {
    const codes = ruleDescriptions().map(({ code }) => code);
    expect(codes).toHaveLength(RULES.length + Object.keys(PROBLEMS).length);
    expect([...codes].sort()).toEqual(codes);
  });
});

describe('findDescription', () => {
  it('finds by code and by name, or not at all', () => {
    expect(findDescription('mig130')?.name).toBe('ram-flags');
    expect(findDescription('ram-flags')?.code).toBe('MIG130');
    expect(findDescription('MIG999')).toBeUndefined();
  });
});
