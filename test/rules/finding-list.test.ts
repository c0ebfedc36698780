import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/finding.js';
import { problemFinding } from '../../src/problems.js';
import { FindingList } from '../../src/rules/finding-list.js';

const problem = (offset: number, channel = 'main'): Finding =>
  problemFinding('ram-flags', `flags at ${offset}`, { channel, offset });
const rule = (offset: number, channel = 'main', name = 'a-rule'): Finding => ({
  ...problem(offset, channel),
  code: 'MIG299',
  rule: name,
});

function listOf(...steps: readonly ((list: FindingList) => void)[]): readonly Finding[] {
  const list = new FindingList();
  for (const step of steps) step(list);
  return list.findings();
}

const add =
  (...findings: readonly Finding[]) =>
  (list: FindingList): void =>
    findings.forEach((finding) => list.add(finding));

describe('FindingList', () => {
  it('has the findings channel by channel, by offset', () => {
    const findings = listOf(add(rule(9), rule(5, 'other'), rule(1), rule(2, 'other')));
    expect(findings.map(({ channel, offset }) => [channel, offset])).toEqual([
      ['main', 1],
      ['main', 9],
      ['other', 2],
      ['other', 5],
    ]);
  });

  it('attaches what rules find behind a break to the problem that tells of it', () => {
    const findings = listOf(
      add(rule(1), problem(10)),
      (list) => list.broken('main', 8),
      add(rule(12), rule(3), rule(20, 'other')),
    );
    expect(findings.map(({ offset, related }) => [offset, related.map((place) => place.offset)])).toEqual([
      [1, []],
      [3, []],
      [10, [12]],
      [20, []],
    ]);
  });

  it('keeps a second break as a finding of its own', () => {
    const findings = listOf(
      add(problem(10)),
      (list) => list.broken('main', 10),
      add(problem(50)),
      (list) => list.broken('main', 50),
    );
    expect(findings.map(({ offset }) => offset)).toEqual([10, 50]);
  });

  it('attaches a bounded number of consequences', () => {
    const many = Array.from({ length: 50 }, (_, i) => rule(100 + i));
    const [first] = listOf(add(problem(10)), (list) => list.broken('main', 10), add(...many));
    expect(first!.related.length).toBeLessThanOrEqual(10);
  });

  it('says what a rule finds again and again a bounded number of times, with a count', () => {
    const findings = listOf(add(...Array.from({ length: 30 }, (_, i) => rule(i)), rule(99, 'main', 'other-rule')));
    expect(findings).toHaveLength(21);
    expect(findings[19]!.message).toContain('(and 10 more like it)');
    expect(findings[18]!.message).not.toContain('more like it');
  });

  it('tells of each finding that is listed as it is made', () => {
    const told: number[] = [];
    const list = new FindingList(({ offset }) => told.push(offset));
    add(problem(10))(list);
    list.broken('main', 10);
    add(rule(11), rule(4, 'other'))(list);
    expect(told).toEqual([10, 4]);
  });
});
