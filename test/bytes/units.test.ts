import { describe, expect, it } from 'vitest';
import { count, plural, size, wrap } from '../../src/bytes/units.js';

describe('size', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.50 KiB'],
    [15_645, '15.3 KiB'],
    [216_320, '211 KiB'],
    [4 << 20, '4 MiB'],
    [2 ** 50, '1 PiB'],
    [2 ** 53, '8 PiB'],
    [2 ** 61, '2048 PiB'],
  ])('%d is %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });
});

describe('count', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [16_391_000, '16,391,000'],
  ])('%d is %s', (value, text) => {
    expect(count(value)).toBe(text);
  });
});

describe('plural', () => {
  it.each([
    [0, '0 pages'],
    [1, '1 page'],
    [2000, '2,000 pages'],
  ])('%d', (value, text) => {
    expect(plural(value, 'page')).toBe(text);
  });

  it('takes the word for many where it is no plain s', () => {
    expect(plural(2, 'pass', 'passes')).toBe('2 passes');
  });
});

describe('wrap', () => {
  it('breaks before the word that does not fit, behind the indent', () => {
    expect(wrap(['aa', 'bb', 'cc', 'dd'], 7, '  ')).toBe('aa bb\n  cc dd');
  });

  it('leaves a word alone that is too long for any line', () => {
    expect(wrap(['a', 'x'.repeat(20), 'b'], 10, ' ')).toBe(`a\n ${'x'.repeat(20)}\n b`);
  });

  it('is empty for no words', () => {
    expect(wrap([], 10, ' ')).toBe('');
  });
});
