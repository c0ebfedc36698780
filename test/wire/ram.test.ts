import { expect, it } from 'vitest';
import { ramFlagNames } from '../../src/wire/ram.js';

it.each([
  [0x002, 'ZERO'],
  [0x028, 'PAGE|CONTINUE'],
  [0x200, 'MULTIFD_FLUSH'],
  [0x008 | 0x010, 'PAGE|EOS'],
  [0x001, '0x1'],
  [0x401, '0x401'],
  [0x801 | 0x010, 'EOS|0x801'],
  [0, '0x0'],
])('the flags %d are %s', (flags, names) => {
  expect(ramFlagNames(flags)).toBe(names);
});
