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

  it('attaches an end in the middle of something to the break before it', () => {
    const end = problemFinding('truncated', 'the input ends', { channel: 'main', offset: 90 });
    const findings = listOf(add(problem(10)), (list) => list.broken('main', 10), add(end));
    expect(findings.map(({ offset, related }) => [offset, related.map((place) => place.offset)])).toEqual([[10, [90]]]);
  });

  it('attaches problems that follow from an error before them on their channel', () => {
    const version = (offset: number, section: string): Finding =>
      problemFinding('section-version', 'version 5', { channel: 'main', offset, section });
    const findings = listOf(
      add(problem(1), rule(5, 'main', 'undeclared-block'), problem(9), problem(9, 'other')),
      add(version(20, 'ram'), version(30, 'ram'), version(40, 'htab')),
    );
    expect(findings.map(({ channel, offset, related }) => [channel, offset, related.map((r) => r.offset)])).toEqual([
      ['main', 1, []],
      ['main', 5, [9]],
      ['main', 20, [30]],
      ['main', 40, []],
      ['other', 9, []],
    ]);
  });

  it('takes what a rule made of a problem for the cause of a break', () => {
    const findings = listOf(
      add(rule(10)),
      (list) => list.replaced('main'),
      (list) => list.broken('main', 10),
      add(rule(20, 'main', 'other-rule')),
    );
    expect(findings.map(({ offset }) => offset)).toEqual([10]);
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

  it('attaches what another rule explains to the error that does, at the end of the chain', () => {
    const findings = listOf((list) => {
      list.add(rule(1, 'main', 'cause'));
      list.add(rule(2, 'main', 'second'), ['cause']);
      list.add(rule(3, 'other', 'third'), ['none', 'second']);
      list.add(rule(4, 'other', 'fourth'), ['none']);
      list.add(rule(5, 'other', 'last'), ['*']);
    });
    expect(findings.map(({ rule: name, related }) => [name, related.map(({ offset }) => offset)])).toEqual([
      ['cause', [2, 3, 5]],
      ['fourth', []],
    ]);
  });

  it('lists rules that explain each other, and what only a warning would explain', () => {
    const findings = listOf((list) => {
      list.add(rule(1, 'main', 'a'), ['b']);
      list.add(rule(2, 'main', 'b'), ['a']);
      list.add({ ...rule(3, 'main', 'c'), severity: 'warning' });
      list.add(rule(4, 'main', 'd'), ['c']);
    });
    expect(findings.map(({ rule: name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('tells once that a migration was cut, on the first of its channels', () => {
    const cut = (channel: string): Finding => problemFinding('truncated', `${channel} ends`, { channel, offset: 7 });
    const list = new FindingList();
    for (const channel of ['two', 'one', 'main']) list.add(cut(channel));
    const findings = list.findings(undefined, ['main', 'one', 'two']);
    expect(findings.map(({ channel, related }) => [channel, related.map((place) => place.channel)])).toEqual([
      ['main', ['one', 'two']],
    ]);
    const lost = list.findings((finding) => (finding.channel === 'main' ? { ...finding, severity: 'info' } : finding));
    expect(lost.map(({ channel, severity }) => [channel, severity])).toEqual([
      ['two', 'error'],
      ['main', 'info'],
    ]);
  });
});
