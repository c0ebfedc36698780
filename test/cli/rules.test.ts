import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { RULES } from '../../src/rules/catalogue.js';
import { run } from './run.js';

describe('migscope rules', () => {
  it('lists every rule and problem once', () => {
    const { output, code } = run('migscope rules');
    expect(code).toBe(0);
    const codes = output
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(' ', 1)[0]);
    const all = [...Object.values(PROBLEMS).map((problem) => problem.code), ...RULES.map(({ meta }) => meta.code)];
    expect(codes).toEqual(all.sort());
  });
});
