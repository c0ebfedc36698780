import { describe, expect, it } from 'vitest';
import { type Finding, UsageError } from '../../src/finding.js';
import { problemFinding } from '../../src/problems.js';
import { type Config, configured, parseConfig, ruleName } from '../../src/rules/config.js';

const finding: Finding = problemFinding('trailing-bytes', 'bytes', { channel: 'main', offset: 1, section: 'timer' });
const parse = (value: unknown): Config => parseConfig(JSON.stringify(value), 'migscope.config.json');
const severity = (config: Config, machine?: string): string | undefined =>
  configured(config, finding, machine)?.severity;

describe('parseConfig', () => {
  it('takes every key', () => {
    const config = {
      $schema: 'x',
      failOn: 'error',
      target: '9.2',
      targetVmstate: 'a.json',
      baseline: 'b.json',
      rules: { MIG201: 'off', 'trailing-bytes': 'info' },
      overrides: [{ machine: ['pc-*'], section: ['timer'], rules: { mig101: 'warning' } }],
    };
    expect(parse(config)).toEqual(config);
  });

  it.each([
    ['{', 'is not JSON'],
    ['{"failOn": "fatal"}', 'failOn must be equal to one of the allowed values: error, warning, info'],
    ['{"oops": 1}', 'migscope.config.json: oops is no key of a configuration'],
    ['{"overrides": [{"rules": {}, "machines": []}]}', 'overrides.0.machines is no key'],
    ['{"overrides": [{}]}', "overrides.0 must have required property 'rules'"],
    ['{"rules": {"no-such-rule": "off"}}', 'there is no rule no-such-rule'],
    ['{"target": "nine"}', 'target must match pattern'],
    ['[]', 'it must be object'],
  ])('refuses %s and names the key', (text, message) => {
    expect(() => parseConfig(text, 'migscope.config.json')).toThrow(UsageError);
    expect(() => parseConfig(text, 'migscope.config.json')).toThrow(message);
  });
});

describe('configured', () => {
  it('changes the severity by name or code, or leaves the finding out', () => {
    expect(severity({})).toBe('warning');
    expect(severity({ rules: { 'trailing-bytes': 'error' } })).toBe('error');
    expect(severity({ rules: { MIG150: 'info' } })).toBe('info');
    expect(severity({ rules: { 'trailing-bytes': 'off' } })).toBeUndefined();
    expect(severity({ rules: { truncated: 'off' } })).toBe('warning');
  });

  it('changes it for some machine types and sections only; the last that fits counts', () => {
    const rules = { 'trailing-bytes': 'info' } as const;
    expect(severity({ overrides: [{ machine: ['pc-*'], rules }] }, 'pc-q35-9.0')).toBe('info');
    expect(severity({ overrides: [{ machine: ['pc-*'], rules }] }, 'virt-9.0')).toBe('warning');
    expect(severity({ overrides: [{ machine: ['pc-*'], rules }] })).toBe('warning');
    expect(severity({ overrides: [{ section: ['tim*'], rules }] })).toBe('info');
    expect(severity({ overrides: [{ section: ['serial'], rules }] })).toBe('warning');
    expect(severity({ overrides: [{ rules }, { rules: { MIG150: 'error' } }] })).toBe('error');
  });
});

describe('ruleName', () => {
  it('knows rules and problems by name and by code', () => {
    expect(['MIG201', 'mig101', 'truncated', 'nothing'].map(ruleName)).toEqual([
      'sync-missing-before-postcopy',
      'truncated',
      'truncated',
      undefined,
    ]);
  });
});
