import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexBytes, hexLines } from '../../src/bytes/hex-view.js';

describe('hexBytes', () => {
  it.each([
    [[], 4, ''],
    [[0], 4, '00'],
    [[1, 2, 255, 16], 4, '01 02 ff 10'],
    [[1, 2, 3, 4, 5], 4, '01 02 03 04 … (5 bytes)'],
    [[1, 2], 0, '… (2 bytes)'],
  ])('%j, at most %d: %s', (bytes, most, text) => {
    expect(hexBytes(Uint8Array.from(bytes), most)).toBe(text);
  });

  it('shows every byte when there is room, and the first ones otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(40), (bytes, most) => {
        const text = hexBytes(bytes, most);
        const [shown, rest] = text.split('…');
        expect(Buffer.from(shown!.replaceAll(' ', ''), 'hex')).toEqual(Buffer.from(bytes.subarray(0, most)));
        expect(rest).toBe(bytes.length > most ? ` (${bytes.length} bytes)` : undefined);
      }),
    );
  });

  it('shows a part of a larger buffer, not the buffer', () => {
    expect(hexBytes(Uint8Array.of(1, 2, 3, 4).subarray(1, 3), 8)).toBe('02 03');
  });
});

describe('hexLines', () => {
  it('has offset, digits and characters', () => {
    expect([...hexLines(Buffer.from('QEVM\0\x1b[1m\xff~ and more!', 'latin1'), 0x1000, 100)]).toEqual([
      '00001000  51 45 56 4d 00 1b 5b 31 6d ff 7e 20 61 6e 64 20  QEVM..[1m.~ and ',
      '00001010  6d 6f 72 65 21                                   more!',
    ]);
  });

  it('leaves out lines that repeat, but never the last', () => {
    expect([...hexLines(new Uint8Array(80), 0, 80)].map((line) => line.split('  ')[0])).toEqual([
      '00000000',
      '*',
      '00000040',
    ]);
  });

  it('counts what it does not show', () => {
    expect([...hexLines(new Uint8Array(4096), 0, 16)].slice(1)).toEqual(['… (4096 bytes)']);
  });
});
