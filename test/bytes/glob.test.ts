import { describe, expect, it } from 'vitest';
import { globMatcher } from '../../src/bytes/glob.js';

describe('globMatcher', () => {
  it('takes texts that one of the globs matches as a whole', () => {
    const matches = globMatcher(['pc-*', 'v?rt']);
    expect(['pc-q35-9.0', 'virt', 'xpc-', 'virtio'].map((text) => matches(text))).toEqual([true, true, false, false]);
  });

  it('takes everything but stars and question marks as it stands', () => {
    expect(globMatcher(['a.b[c]'])('a.b[c]')).toBe(true);
    expect(globMatcher(['a.b[c]'])('aXbc')).toBe(false);
  });
});
