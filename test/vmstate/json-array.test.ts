import { expect, it } from 'vitest';
import { arrayElements, findArray } from '../../src/vmstate/json-array.js';

function elements(text: string): string[] | undefined {
  const bytes = Buffer.from(text);
  const array = findArray(bytes, 'list');
  return array && [...arrayElements(bytes, array)].map(({ from, to }) => bytes.toString('utf8', from, to));
}

it.each([
  ['{"list": []}', []],
  ['{"list":[1,2]}', ['1', '2']],
  [' { "size" : 4 , "list" : [ {"a": [1, 2]} , "x" ] , "z": 1}', ['{"a": [1, 2]}', '"x"']],
  ['{"a": {"list": [9]}, "list": [1]}', ['1']],
  ['{"a": "\\"list\\": [9]", "list": ["]", "\\"]", "ä,"]}', ['"]"', '"\\"]"', '"ä,"']],
  ['{"list": 5, "list": [1], "list": [2]}', ['1']],
  ['{"list": [[[1], 2]]}', ['[[1], 2]']],
])('%s', (text, wanted) => {
  expect(elements(text)).toEqual(wanted);
});

it.each([
  '',
  '{}',
  '[]',
  '{"list"',
  '{"list":',
  '{"list": 1}',
  '{"list": [',
  '{"list": [1, "]',
  '{"other": [1]}',
  '"list": [',
])('finds none in %j', (text) => {
  expect(elements(text)).toBeUndefined();
});
