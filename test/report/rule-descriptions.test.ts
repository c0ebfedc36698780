import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { ruleDescriptions } from '../../src/report/rule-descriptions.js';
import { RULES } from '../../src/rules/catalogue.js';

describe('ruleDescriptions', () => {
  it('has every rule and every problem, by code', () => {
    const codes = ruleDescriptions().map(({ code }) => code);
    expect(codes).toHaveLength(RULES.length + Object.keys(PROBLEMS).length);
    expect([...codes].sort()).toEqual(codes);
  });
});
