import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonObject, type JsonValue, parseJson } from '../../src/vmstate/json.js';

/** Without the distinction that this parser is for. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonObject) return Object.fromEntries(value.pairs.map(([key, inner]) => [key, plain(inner)]));
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(plain) : value;
}

describe('parseJson', () => {
  it('keeps every key in its place', () => {
    const object = parseJson('{"a": 1, "b": 2, "a": 3}') as JsonObject;
    expect(object.pairs).toEqual([
      ['a', 1],
      ['b', 2],
      ['a', 3],
    ]);
    expect(object.get('a')).toBe(3);
    expect(object.get('c')).toBeUndefined();
    expect(object.unique()).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });

  it.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['18446744073709551615', 18446744073709551615n],
    ['-9223372036854775808', -9223372036854775808n],
    ['1.5', 1.5],
    ['1e300', 1e300],
    ['true', true],
    ['null', null],
    ['"\\u0041\\n"', 'A\n'],
    ['[]', []],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  it.each(['', '{', '{"a"}', '{"a": 1,}', '[1 2]', '{} {}', '// x\n{}', '{"a": 0x1}', "{'a': 1}", 'undefined'])(
    'refuses %j',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );

  it('is bounded in depth, braces in strings not counted', () => {
    expect(parseJson('['.repeat(200) + ']'.repeat(200))).toBeDefined();
    expect(() => parseJson('['.repeat(201) + ']'.repeat(201))).toThrow('nesting deeper than 200');
    expect(() => parseJson('{"a":'.repeat(100_000))).toThrow(SyntaxError);
    expect(parseJson(JSON.stringify('["'.repeat(1000)))).toHaveLength(2000);
  });

  it('reads what JSON.parse reads', () => {
    const text = fc.json({ maxDepth: 5 }).filter((json) => !json.includes('__proto__'));
    fc.assert(
      fc.property(text, (json) => {
        const wanted = JSON.parse(json) as unknown;
        expect(plain(parseJson(json))).toEqual(JSON.parse(JSON.stringify(wanted)));
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
