import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/finding.js';
import { parseConfig } from '../../src/rules/config-file.js';
import type { Config } from '../../src/rules/config.js';

const parse = (value: unknown): Config => parseConfig(JSON.stringify(value), 'migscope.config.json');

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
