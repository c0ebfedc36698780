import { describe, expect, it } from 'vitest';
import { ruleFinding, type RuleMeta } from '../../src/rules/rule.js';

const META: RuleMeta = {
  code: 'MIG299',
  name: 'no-such-rule',
  family: 'ram',
  severity: 'error',
  what: 'what',
  why: 'Why.',
  fix: 'do it again',
  cites: [
    { function: 'first', text: 'first %d', versions: 'all' },
    { function: 'second', versions: '9.0 and later' },
  ],
  invariants: [],
};
const SEEN = { message: 'seen', channel: 'main', offset: 7 };

describe('ruleFinding', () => {
  it('joins what a rule says of itself with what it has seen', () => {
    expect(ruleFinding(META, SEEN)).toEqual({
      code: 'MIG299',
      rule: 'no-such-rule',
      severity: 'error',
      origin: 'stream',
      message: 'seen',
      channel: 'main',
      offset: 7,
      length: 0,
      qemu: { text: 'first %d', function: 'first', versions: 'all' },
      help: 'do it again',
      url: 'docs/rules.md#mig299-no-such-rule',
      related: [],
    });
  });

  it('takes the severity and the citation of the case', () => {
    const finding = ruleFinding(META, { ...SEEN, severity: 'info', cite: META.cites[1]!, section: 'ram', found: '1' });
    expect(finding).toMatchObject({ severity: 'info', section: 'ram', found: '1' });
    // Nothing is printed in this case.
    expect(finding.qemu).toBeUndefined();
  });
});
