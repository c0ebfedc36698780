import { describe, expect, it } from 'vitest';
import { validateTap } from '../../../src/report/validate/tap.js';
import { REPORT } from './samples.js';

describe('validateTap', () => {
  it('has a test for each capture, with its findings behind it', () => {
    const lines = validateTap(REPORT, 'warning').split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'TAP version 13',
      '1..3',
      'ok 1 - clean.bin: nothing found',
      'not ok 2 - runs/\\#1/: 1 error, 1 note',
    ]);
    expect(lines[4]).toBe('# main.bin@0x300: error[MIG201] LISTEN while packets with pages are not synced');
    expect(lines.slice(-3)).toEqual(['not ok 3 - gone.bin', '# gone.bin: no such file', '']);
  });

  it('lets no finding end its line', () => {
    expect(validateTap(REPORT, 'error').split('\n')).toHaveLength(9);
  });
});
