import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeStyle, plain } from '../../src/report/style.js';

const RED = '\x1b[31mx\x1b[39m';

describe('makeStyle', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['auto', true, '', RED],
    ['auto', true, '1', 'x'],
    ['auto', false, '', 'x'],
    ['always', false, '', RED],
    ['always', false, '1', RED],
    ['never', true, '', 'x'],
  ] as const)('%s, terminal %s, NO_COLOR=%s', (choice, terminal, noColor, expected) => {
    vi.stubEnv('NO_COLOR', noColor);
    expect(makeStyle(choice, terminal)('red', 'x')).toBe(expected);
  });

  it('has a plain style', () => {
    expect(plain('red', 'x')).toBe('x');
  });
});
