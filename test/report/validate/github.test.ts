import { describe, expect, it } from 'vitest';
import { validateGithub } from '../../../src/report/validate/github.js';
import { REPORT } from './samples.js';

describe('validateGithub', () => {
  it('has a command a line, with what would end it escaped', () => {
    const lines = validateGithub(REPORT).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /^::error file=runs\/#1\/main.bin,title=MIG201 sync-missing-before-postcopy::LISTEN .* \(at 0x300\)%0A/,
    );
    expect(lines[1]).toMatch(/^::notice .*with 100%25: colon%0Aand/);
    expect(lines[2]).toBe('::error file=gone.bin::gone.bin: no such file');
  });
});
