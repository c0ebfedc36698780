/** What the interpretation of a field says of its values: the same for text and JSON. */
import type { Meaning } from '../vmstate/meaning.js';
import { namesOf } from '../vmstate/meaning.js';
import type { FieldValue } from '../vmstate/values.js';
import { isStruct, type StateField, type StateStruct } from './state-tree.js';

export interface Interpreted {
  /** What a single number stands for. */
  readonly names?: readonly string[];
  /** Elements of an array: those that have a name and are not zero, and those whose value stands for something. */
  readonly elements?: readonly InterpretedElement[];
  /** What the field says as a whole. */
  readonly says?: readonly string[];
}

export interface InterpretedElement {
  readonly index: number;
  readonly name?: string;
  readonly value: FieldValue;
  readonly names: readonly string[];
}

/** What is known of the values of a field; undefined where there is nothing to say. `struct` is what holds the field. */
export function interpreted(field: StateField, struct: StateStruct): Interpreted | undefined {
  const { interpretation, values } = field;
  if (!interpretation || values.some(isStruct)) return undefined;
  const plain = values as readonly FieldValue[];
  const says = interpretation.says?.(plain) ?? [];
  const names = field.array ? [] : numberNames(interpretation.meaning, plain[0]!);
  const elements = field.array ? elementsOf(field, plain, struct) : [];
  if (says.length + names.length + elements.length === 0) return undefined;
  return {
    ...(names.length > 0 && { names }),
    ...(elements.length > 0 && { elements }),
    ...(says.length > 0 && { says }),
  };
}

/** The name of an element of a field, numbers and structs alike. */
export function elementName({ interpretation }: StateField, index: number): string | undefined {
  const labels = interpretation?.labels;
  return labels && Object.hasOwn(labels, index) ? labels[index] : undefined;
}

function elementsOf(
  field: StateField,
  values: readonly FieldValue[],
  struct: StateStruct,
): readonly InterpretedElement[] {
  const { meaning, meanings, labels, labelsFrom } = field.interpretation!;
  if (!meaning && !meanings && !labels && !labelsFrom) return [];
  const ids = labelsFrom && struct.fields.find(({ name }) => name === labelsFrom.field)?.values;
  const found: InterpretedElement[] = [];
  for (const [index, value] of values.entries()) {
    const id = ids?.[index];
    const name = labelsFrom && id !== undefined && !isStruct(id) ? labelsFrom.name(id) : elementName(field, index);
    const names = numberNames(meanings?.[index] ?? meaning, value);
    const empty = value === 0 || value === 0n;
    if (empty ? names.length > 0 : name !== undefined || names.length > 0)
      found.push({ index, ...(name !== undefined && { name }), value, names });
  }
  return found;
}

function numberNames(meaning: Meaning | undefined, value: FieldValue): readonly string[] {
  return meaning && (typeof value === 'number' || typeof value === 'bigint') ? namesOf(meaning, value) : [];
}
