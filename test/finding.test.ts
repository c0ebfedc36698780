import { expect, it } from 'vitest';
import { DecodeError, hex, InputError, UsageError } from '../src/finding.js';

it.each([
  [0, '0x0'],
  [4096, '0x1000'],
  [2 ** 53 - 1, '0x1fffffffffffff'],
  [2n ** 64n - 1n, '0xffffffffffffffff'],
])('%s in hexadecimal is %s', (value, text) => {
  expect(hex(value)).toBe(text);
});

it('has an error for each of three audiences', () => {
  const decode = new DecodeError('truncated', 'truncated', 'cut', { offset: 7, path: 'a' });
  expect(decode).toMatchObject({
    name: 'DecodeError',
    kind: 'truncated',
    rule: 'truncated',
    message: 'cut',
    at: { offset: 7 },
    detail: {},
  });
  expect(new InputError('no file', 'try another')).toMatchObject({
    name: 'InputError',
    message: 'no file',
    hint: 'try another',
  });
  expect(new UsageError('no')).toMatchObject({ name: 'UsageError', message: 'no' });
  for (const error of [decode, new InputError('x'), new UsageError('x')]) expect(error).toBeInstanceOf(Error);
});
