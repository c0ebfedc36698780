import { describe, expect, it } from 'vitest';
import { selection } from '../../src/report/select.js';
import { isEmpty, isStruct, type StateField, type StateStruct, stateTree } from '../../src/report/state-tree.js';
import { decodeState } from '../../src/vmstate/decode.js';
import type { FieldDescription, VmsdDescription } from '../../src/vmstate/vmdesc.js';
import { PAYLOAD, STATE } from './samples.js';

const DEV = { idstr: 'dev', instance: 1 };

function tree(globs: string[] = []): StateStruct {
  return stateTree(STATE, PAYLOAD, DEV, selection(globs));
}

function names({ fields, subsections }: StateStruct): unknown[] {
  return [
    ...fields.map((field) => [field.name, ...field.values.filter(isStruct).map(names)]),
    ...subsections.map((subsection) => [subsection.vmsd, ...names(subsection)]),
  ];
}

/** The tree of a vmsd with these fields. */
function treeOf(fields: readonly FieldDescription[], payload: Uint8Array): StateStruct {
  const vmsd: VmsdDescription = { vmsdName: 'd', version: 1, fields, subsections: [] };
  return stateTree(decodeState(vmsd, payload).state!, payload, DEV);
}

const byte = (name: string): VmsdDescription => ({
  vmsdName: 'e',
  version: 1,
  fields: [{ name, type: 'uint8', size: 1 }],
  subsections: [],
});

function only(fields: readonly FieldDescription[], payload: Uint8Array): StateField {
  const all = treeOf(fields, payload).fields;
  expect(all.length).toBe(1);
  return all[0]!;
}

describe('stateTree', () => {
  it('has fields with their types, places and values', () => {
    expect(tree().fields.slice(0, 3)).toEqual([
      { name: 'big', type: 'uint64', start: 0, size: 8, array: false, values: [0xffff_ffff_ffff_ffffn] },
      { name: 'small', type: 'uint8', start: 8, size: 1, array: false, values: [7] },
      { name: 'words', type: 'uint16', start: 9, size: 4, array: true, values: [16, 32] },
    ]);
  });

  it('joins elements that are described one by one', () => {
    const element = (index: number): FieldDescription => ({
      name: 'q',
      type: 'struct',
      size: 1,
      index,
      struct: byte('x'),
    });
    const field = only([element(0), element(1)], Uint8Array.of(5, 6));
    expect(field).toMatchObject({ name: 'q', array: true, size: 2 });
    expect(field.values).toMatchObject([{ fields: [{ values: [5] }] }, { fields: [{ values: [6] }] }]);
  });

  it('has an array for one element that has an index, for a list of one, and for none', () => {
    const indexed = { name: 'q', type: 'uint8', size: 1, index: 0 };
    expect(only([indexed], Uint8Array.of(5))).toMatchObject({ array: true, values: [5] });
    const list = { name: 'l', type: 'qtailq', size: 3, elements: [byte('x')] };
    expect(only([list], Uint8Array.of(1, 5, 0))).toMatchObject({ array: true, values: [{ vmsd: 'e' }] });
    const none = { name: 'n', type: 'uint8', size: 1, arrayLength: 0 };
    expect(only([none], new Uint8Array(0))).toMatchObject({ array: true, values: [] });
    const inline = { name: 't', type: 'tmp', size: 1, elements: [byte('x')] };
    expect(only([inline], Uint8Array.of(5)).array).toBe(false);
  });

  it('keeps the note of a field whose description does not fit', () => {
    const field = only([{ name: 's', type: 'struct', size: 2, struct: byte('x') }], Uint8Array.of(1, 2));
    expect(field.mismatch).toBe('struct of 2 bytes is described with 1');
    expect(field.values).toEqual([Uint8Array.of(1, 2)]);
  });

  it.each([
    [['dev'], 'all'],
    [['dev#1'], 'all'],
    [['dev/small'], [['small']]],
    [
      ['dev/w*', 'dev/clock'],
      [['words'], ['clock']],
    ],
    [['dev/inner'], [['inner', [['__proto__']], [['__proto__']]]]],
    [['dev/inner/__proto__'], [['inner', [['__proto__']], [['__proto__']]]]],
    [['dev/dev/sub/more'], [['dev/sub', ['more']]]],
    [['dev/nothing'], []],
    [['other'], []],
  ])('selects %j', (globs, expected) => {
    expect(names(tree(globs))).toEqual(expected === 'all' ? names(tree()) : expected);
  });
});

describe('isEmpty', () => {
  it('is about fields at any depth', () => {
    expect(isEmpty(tree())).toBe(false);
    expect(isEmpty(tree(['dev/nothing']))).toBe(true);
    expect(isEmpty(tree(['dev/dev/sub/more']))).toBe(false);
  });
});
