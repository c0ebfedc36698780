import { expect, it } from 'vitest';
import { buffer, dateOf, elements, lines, setBits } from '../../../src/vmstate/interpret/interpretation.js';

it('names elements from the first on', () => {
  expect(elements(['a', 'b'])).toEqual({ labels: { 0: 'a', 1: 'b' } });
  expect(lines('IRQ', 2)).toEqual({ 0: 'IRQ0', 1: 'IRQ1' });
});

it('finds the bits of a mask of several words', () => {
  const { says } = setBits(32);
  expect(says!([1, 0x8000_0001])).toEqual(['0 32 63']);
  expect(says!([0, 0])).toEqual([]);
});

it('looks at bytes only', () => {
  const { says } = buffer((bytes) => [`${bytes.length}`]);
  expect([says!([Uint8Array.of(1, 2)]), says!([7])]).toEqual([['2'], []]);
});

it('takes what no guest has for no date', () => {
  expect(dateOf(1795171021)).toBe('2026-11-20T10:37:01Z');
  expect([dateOf(0), dateOf(-1), dateOf(Number.MAX_SAFE_INTEGER)]).toEqual([undefined, undefined, undefined]);
});
