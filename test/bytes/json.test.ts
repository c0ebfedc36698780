import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonDocument, jsonLine, replacer } from '../../src/bytes/json.js';

/** What a reader gets for a value: bigints in decimal, bytes in digits. */
function read(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(read);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, read(inner)]));
  return value;
}

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.uint8Array(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
})).value;

describe('JSON text', () => {
  it('gives back what went in, on one line and on many', () => {
    fc.assert(
      fc.property(values, (value) => {
        const expected = JSON.parse(JSON.stringify(read(value))) as unknown;
        expect(JSON.parse(jsonLine(value))).toEqual(expected);
        expect(JSON.parse(jsonDocument(value))).toEqual(expected);
      }),
    );
  });

  it('has one line, and nothing that a terminal would act on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        /^[^\0-\x1f\x7f-\x9f\u2028\u202e]*$/.test(jsonLine({ text })),
      ),
    );
    expect(jsonLine('\x1b\x7f\u009b\u202e\u{e0001}é')).toBe('"\\u001b\\u007f\\u009b\\u202e\\udb40\\udc01é"');
  });

  it('does not print a Buffer as an object', () => {
    expect(jsonLine({ raw: Buffer.from([1, 255]) })).toBe('{"raw":"01ff"}');
  });
});

describe('replacer', () => {
  it('leaves ordinary values alone', () => {
    expect([replacer('', 1), replacer('', 'a'), replacer('', null)]).toEqual([1, 'a', null]);
  });
});
