import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor, printable } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { visible } from '../../src/bytes/visible.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('visible', () => {
  it('leaves ordinary text of any script as it stands', () => {
    const text = 'pc.ram /rom@etc/acpi é 日本 🙂 \\x1b';
    expect(visible(text)).toBe(text);
  });

  it.each([
    ['C0', 'a\x1b[31mb\0\n\t', 'a\\x1b[31mb\\x00\\x0a\\x09'],
    ['DEL', '\x7f', '\\x7f'],
    ['C1, as the bytes that it is in UTF-8', '\u009b31m', '\\xc2\\x9b31m'],
    ['characters that turn the direction of writing', 'a\u202eb', 'a\\xe2\\x80\\xaeb'],
    ['line separators', '\u2028', '\\xe2\\x80\\xa8'],
  ])('escapes %s', (_name, text, shown) => {
    expect(visible(text)).toBe(shown);
  });
});

describe('printable', () => {
  it('escapes control characters in UTF-8', () => {
    expect(printable(bytes('\x1b]0;title\x07'))).toBe('\\x1b]0;title\\x07');
  });

  it('escapes every byte outside ASCII when the bytes are not UTF-8', () => {
    expect(printable(bytes('é\x9bx'))).toBe('\\xe9\\x9bx');
  });

  it('keeps a byte order mark apart from none', () => {
    expect(printable(bytes('\xef\xbb\xbfa'))).toBe('\\xef\\xbb\\xbfa');
  });

  it('never lets a control character through', () => {
    fc.assert(fc.property(fc.uint8Array(), (input) => !/[\0-\x1f\x7f-\x9f]/.test(printable(input))));
  });

  it('is what a cursor reads names with', async () => {
    const cursor = new Cursor(new MemorySource(bytes('\x03a\x1bc')));
    expect(await cursor.counted('name')).toBe('a\\x1bc');
  });
});
