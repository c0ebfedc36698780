import { describe, expect, it } from 'vitest';
import { table } from '../../src/report/table.js';

describe('table', () => {
  it('puts numbers and sizes to the right, text to the left, and no spaces at the end of a line', () => {
    const text = table(
      ['name', 'size', 'pages'],
      [
        ['a', '4 KiB', '12'],
        ['bcd', '64.1 MiB', '1,234'],
      ],
    );
    expect(text.split('\n')).toEqual(['  name      size  pages', '  a        4 KiB     12', '  bcd   64.1 MiB  1,234']);
  });

  it('puts a column to the left when one of its cells is text', () => {
    const [head, first] = table(
      ['n', 'x'],
      [
        ['1', 'a'],
        ['?', 'b'],
      ],
    ).split('\n');
    expect([head, first]).toEqual(['  n  x', '  1  a']);
  });

  it('has no colour and no frame', () => {
    expect(table(['a'], [['b']], '')).toBe('a\nb');
  });

  it('counts rows that are too many to draw', () => {
    const lines = table(
      ['n'],
      Array.from({ length: 1203 }, (_, i) => [i]),
    ).split('\n');
    expect(lines.length).toBe(1 + 1000 + 1);
    expect(lines.at(-1)).toBe('  … and 203 more');
  });
});
