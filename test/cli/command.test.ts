import { describe, expect, it } from 'vitest';
import { captureNames, inputChoice, protectDashes } from '../../src/cli/command.js';
import { UsageError } from '../../src/finding.js';

describe('inputChoice', () => {
  it('has only what was said', () => {
    expect(inputChoice({})).toEqual({});
    expect(inputChoice({ role: 'cpr', vmdesc: 'a', pageSize: 4096, offset: '0' })).toEqual({
      role: 'cpr',
      vmdesc: 'a',
      pageSize: 4096,
      offset: 0,
    });
  });

  it.each([
    ['0', 0],
    ['4096', 4096],
    ['0x1000', 4096],
    ['0XfF', 255],
  ])('reads the offset %s', (text, offset) => {
    expect(inputChoice({ offset: text }).offset).toBe(offset);
  });

  it.each(['', '-1', '1k', '1.5', '1e3', '0x', 'x', '9007199254740992', '１'])('refuses the offset %j', (offset) => {
    expect(() => inputChoice({ offset })).toThrow(UsageError);
  });

  it.each([256, 4096, 65536])('takes a page size of %d', (pageSize) => {
    expect(inputChoice({ pageSize })).toEqual({ pageSize });
  });

  it.each([0, -4096, 128, 131072, 5000, NaN, 4096.5, [4096, 4096]])('refuses a page size of %o', (pageSize) => {
    expect(() => inputChoice({ pageSize })).toThrow(UsageError);
  });
});

describe('captureNames', () => {
  it('gives back a lone dash that was hidden from yargs', () => {
    const [protectedDash, other] = protectDashes(['-', '--json']);
    expect(protectedDash).not.toBe('-');
    expect(other).toBe('--json');
    expect(captureNames({ capture: [protectedDash, 'a'] })).toEqual(['-', 'a']);
    expect(captureNames({ capture: protectedDash })).toEqual(['-']);
  });

  it('names files that look like numbers', () => {
    expect(captureNames({ capture: [7] })).toEqual(['7']);
  });
});
