import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/finding.js';
import { problemFinding } from '../../src/problems.js';
import { type Config, configured, ruleName } from '../../src/rules/config.js';

const finding: Finding = problemFinding('trailing-bytes', 'bytes', { channel: 'main', offset: 1, section: 'timer' });
const severity = (config: Config, machine?: string): string | undefined =>
  configured(config, finding, machine)?.severity;

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
