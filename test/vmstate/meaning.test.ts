import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ADDRESS, bitField, bits, enumeration, namesOf, upperBits, words } from '../../src/vmstate/meaning.js';

const STATUS = bits(
  { 0: 'READY', 3: 'ERROR' },
  bitField(4, 6, 'speed', { 0: 'slow', 2: 'fast' }),
  bitField(8, 9, 'lane'),
);

describe('namesOf', () => {
  it.each([
    [0x00, ['speed=slow']],
    [0x01, ['READY', 'speed=slow']],
    [0x29, ['READY', 'ERROR', 'speed=fast']],
    [0x30, ['speed=3']],
    [0x302, ['bit 1', 'speed=slow', 'lane=3']],
    [0x8000_0000, ['speed=slow', 'bit 31']],
    [
      -1,
      [
        'READY',
        'bit 1',
        'bit 2',
        'ERROR',
        'speed=7',
        'bit 7',
        'lane=3',
        ...Array.from({ length: 22 }, (_, i) => `bit ${i + 10}`),
      ],
    ],
    [1n << 63n, ['speed=slow', 'bit 63']],
  ])('names the bits of %s', (value, names) => {
    expect(namesOf(STATUS, value)).toEqual(names);
  });

  it('names values, and says nothing of those without a name', () => {
    const colour = enumeration({ 1: 'red' });
    expect(namesOf(colour, 1)).toEqual(['red']);
    expect(namesOf(colour, 1n)).toEqual(['red']);
    expect(namesOf(colour, 2)).toEqual([]);
    expect(namesOf(ADDRESS, 2)).toEqual([]);
  });

  it('says what a function says', () => {
    const even = words((value) => (Number(value) % 2 === 0 ? 'even' : undefined));
    expect(namesOf(even, 4)).toEqual(['even']);
    expect(namesOf(even, 5n)).toEqual([]);
  });

  it('has a name for every bit that is set', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 64n) - 1n), (value) => {
        const flags = bits(Object.fromEntries(Array.from({ length: 64 }, (_, i) => [i, `B${i}`])));
        const set = namesOf(flags, value).map((name) => 1n << BigInt(name.slice(1)));
        expect(set.reduce((sum, bit) => sum + bit, 0n)).toBe(value);
      }),
    );
  });
});

describe('upperBits', () => {
  it('renumbers what is left', () => {
    expect(namesOf(upperBits(bits({ 3: 'LOW', 32: 'A', 65: 'B' }), 32), (1n << 33n) | 9n)).toEqual(['A', 'bit 3', 'B']);
    expect(upperBits(ADDRESS, 32)).toBe(ADDRESS);
  });
});
