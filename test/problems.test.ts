import { describe, expect, it } from 'vitest';
import { DecodeError } from '../src/finding.js';
import { findingOf, isProblemName, problemFinding, type ProblemName, PROBLEMS } from '../src/problems.js';

const names = Object.keys(PROBLEMS) as ProblemName[];

describe('the catalogue', () => {
  it('gives every problem a code of its own', () => {
    const codes = names.map((name) => PROBLEMS[name].code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^MIG1\d\d$/);
    expect(codes).toEqual([...codes].sort());
  });

  it.each(names)('%s has a help text in the house style', (name) => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    const { help } = PROBLEMS[name];
    expect(help.length).toBeGreaterThan(20);
    expect(help).not.toMatch(/\.$/);
  });

  it('knows its names', () => {
    expect(isProblemName('truncated')).toBe(true);
    expect(isProblemName('toString')).toBe(false);
  });
});

describe('a finding', () => {
  it('takes what the table has and what was seen', () => {
    const place = { channel: 'main', offset: 5, length: 3, section: 'cpu', path: 'a > b' };
    expect(problemFinding('section-footer', 'no footer', place, { expected: 'x', found: 'y' })).toEqual({
      code: 'MIG112',
      rule: 'section-footer',
      severity: 'error',
      origin: 'stream',
      message: 'no footer',
      ...place,
      expected: 'x',
      found: 'y',
      qemu: PROBLEMS['section-footer'].qemu,
      help: PROBLEMS['section-footer'].help,
      url: 'docs/problems.md#mig112-section-footer',
      related: [],
    });
  });

  it('leaves out what is not known', () => {
    expect(Object.keys(problemFinding('too-large', 'x', { channel: 'main', offset: 0 }))).not.toContain('section');
    expect(problemFinding('too-large', 'x', { channel: 'main', offset: 0 })).toMatchObject({
      origin: 'tool',
      length: 0,
    });
  });

  it('is made of an error', () => {
    const error = new DecodeError(
      'malformed',
      'ram-flags',
      'no kind',
      { offset: 9, length: 8, path: 'ram record' },
      { found: '0x0' },
    );
    expect(findingOf(error, 'main', 'ram')).toMatchObject({
      code: 'MIG130',
      channel: 'main',
      section: 'ram',
      offset: 9,
      length: 8,
      found: '0x0',
    });
    expect(findingOf(new DecodeError('malformed', 'no such', 'x', { offset: 0 }), 'main').rule).toBe(
      'implausible-value',
    );
  });
});
