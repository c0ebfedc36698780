import { describe, expect, it } from 'vitest';
import { type Finding, UsageError } from '../../src/finding.js';
import { problemFinding } from '../../src/problems.js';
import { Baseline, parseBaseline, UNEXPLAINED } from '../../src/rules/baseline.js';

const finding: Finding = problemFinding('vmdesc-mismatch', 'm', { channel: 'main', offset: 7, section: 'timer' });
const entry = { rule: 'vmdesc-mismatch', section: 'timer', reason: 'our own device' };
const text = (entries: unknown): string => JSON.stringify({ schema: 'migscope/baseline/1', entries });

describe('Baseline', () => {
  it('accepts by rule, section, path and machine type, not by offset', () => {
    const baseline = new Baseline([entry]);
    expect(baseline.match(finding, 'pc')).toBe(entry);
    expect(baseline.match({ ...finding, offset: 99 }, undefined)).toBe(entry);
    expect(baseline.match({ ...finding, section: 'serial' }, 'pc')).toBeUndefined();
    expect(baseline.match({ ...finding, path: 'x' }, 'pc')).toBeUndefined();
    expect(new Baseline([{ ...entry, machine: 'pc' }]).match(finding, 'virt')).toBeUndefined();
    expect(new Baseline([{ ...entry, machine: 'pc' }]).match(finding, 'pc')).toBeDefined();
  });

  it('names entries that nothing matches any more', () => {
    const stale = { rule: 'truncated', reason: 'was cut' };
    const baseline = new Baseline([entry, stale]);
    expect(baseline.stale).toEqual([entry, stale]);
    baseline.match(finding, undefined);
    expect(baseline.stale).toEqual([stale]);
  });

  it('is written with what is found now: old reasons stay, new ones ask for one, stale ones go', () => {
    const baseline = new Baseline([entry, { rule: 'truncated', reason: 'was cut' }]);
    const other: Finding = { ...finding, section: 'serial' };
    const written = baseline.updated([
      { finding, machine: 'pc' },
      { finding: other, machine: 'pc' },
      { finding: other, machine: 'pc' },
    ]);
    expect(JSON.parse(written)).toEqual({
      schema: 'migscope/baseline/1',
      entries: [{ rule: 'vmdesc-mismatch', machine: 'pc', section: 'serial', reason: UNEXPLAINED }, entry],
    });
    const again = parseBaseline(written, 'b.json');
    expect(again.match(finding, 'pc')).toEqual(entry);
    expect(again.match(other, 'pc')?.reason).toBe(UNEXPLAINED);
  });
});

describe('parseBaseline', () => {
  it.each([
    ['{', 'is not JSON'],
    ['{}', 'is no baseline'],
    ['null', 'is no baseline'],
    [text([1]), 'entry 0 is no object'],
    [text([entry, { ...entry, reason: ' ' }]), 'entry 1 has no reason'],
    [text([{ reason: 'x' }]), 'entry 0 names no rule'],
    [text([{ ...entry, offset: '7' }]), 'entry 0: offset is no key of an entry'],
    [text([{ ...entry, section: 7 }]), 'entry 0: section is no text'],
  ])('refuses %s', (bad, message) => {
    expect(() => parseBaseline(bad, 'b.json')).toThrow(UsageError);
    expect(() => parseBaseline(bad, 'b.json')).toThrow(message);
  });
});
