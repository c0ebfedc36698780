import { describe, expect, it } from 'vitest';
import { PythonJsonWriter, pythonNumber, pythonString } from '../../src/report/python-json.js';
import { parseJson } from '../../src/vmstate/json.js';

function text(json: string): string {
  let written = '';
  new PythonJsonWriter({ write: (part) => (written += part) }).value(parseJson(json));
  return written;
}

describe('strings', () => {
  it.each([
    ['pc.ram', '"pc.ram"'],
    ['a"b\\c/', '"a\\"b\\\\c/"'],
    ['\n\r\t\f\b', '"\\n\\r\\t\\f\\b"'],
    ['\u0001\u007f\u00e9', '"\\u0001\\u007f\\u00e9"'],
    ['\u{1f600}', '"\\ud83d\\ude00"'],
    ['\ud800', '"\\ud800"'],
  ])('%j is %s', (value, expected) => {
    expect(pythonString(value)).toBe(expected);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [-7, '-7'],
    [2n ** 64n, '18446744073709551616'],
    [0.5, '0.5'],
    [1.5e-7, '1.5e-07'],
    [1e22, '1e+22'],
  ])('%s is %s', (value, expected) => {
    expect(pythonNumber(value)).toBe(expected);
  });
});

describe('documents', () => {
  it('indents by four and gives empty containers no line', () => {
    expect(text('{"a": [1, {"b": null}], "c": {}, "d": [], "e": true}')).toBe(`{
    "a": [
        1,
        {
            "b": null
        }
    ],
    "c": {},
    "d": [],
    "e": true
}`);
  });

  it('keeps the last value of a repeated key at the place of the first', () => {
    expect(text('{"a": 1, "b": 2, "a": 3}')).toBe('{\n    "a": 3,\n    "b": 2\n}');
  });

  it('keeps integers that are no double', () => {
    expect(text('[9007199254740993]')).toBe('[\n    9007199254740993\n]');
  });
});
