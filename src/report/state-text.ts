/** Device state as an indented tree of lines. */
import { hexBytes } from '../bytes/hex-view.js';
import { visible } from '../bytes/visible.js';
import type { FieldValue } from '../vmstate/values.js';
import { isStruct, type StateField, type StateStruct } from './state-tree.js';

export interface StateTextOptions {
  readonly maxBytes: number;
  readonly offsets: boolean;
}

/** Scalars of an array on one line. */
const MAX_SCALARS = 16;

/** The lines of a struct; `base` is the offset of the payload in the channel. */
export function* stateLines(
  tree: StateStruct,
  base: number,
  indent: string,
  options: StateTextOptions,
): Generator<string> {
  const width = tree.fields.reduce((widest, field) => Math.max(widest, label(field).length), 0);
  for (const field of tree.fields) yield* fieldLines(field, base, indent, Math.min(width, 40), options);
  for (const subsection of tree.subsections) {
    yield `${indent}subsection ${visible(subsection.vmsd)} (version ${subsection.version})`;
    yield* stateLines(subsection, base, `${indent}  `, options);
  }
}

function* fieldLines(
  field: StateField,
  base: number,
  indent: string,
  width: number,
  options: StateTextOptions,
): Generator<string> {
  const where = options.offsets ? `0x${(base + field.start).toString(16).padStart(8, '0')} +${field.size}  ` : '';
  const note = field.mismatch === undefined ? '' : `  (${visible(field.mismatch)})`;
  const head = `${indent}${where}${label(field).padEnd(width)}`;
  const structs = field.values.filter(isStruct);
  if (structs.length === 0) {
    yield `${head}  ${scalars(field, options)}${note}`;
    return;
  }
  if (!field.array) {
    yield `${head}  {${visible(structs[0]!.vmsd)}}${note}`;
    yield* stateLines(structs[0]!, base, `${indent}  `, options);
    return;
  }
  yield `${head}${note}`;
  for (const [i, value] of field.values.entries()) {
    if (isStruct(value)) {
      yield `${indent}  [${i}] {${visible(value.vmsd)}}`;
      yield* stateLines(value, base, `${indent}    `, options);
    } else yield `${indent}  [${i}] ${scalar(value, field.type, options.maxBytes)}`;
  }
}

function label(field: StateField): string {
  const name = visible(field.name);
  return field.array ? `${name}[${field.values.length}]` : name;
}

function scalars(field: StateField, { maxBytes }: StateTextOptions): string {
  const values = field.values as readonly FieldValue[];
  if (!field.array) return scalar(values[0]!, field.type, maxBytes);
  if (values.length === 0) return '(none)';
  const first = values[0]!;
  if (values.length > 1 && typeof first !== 'object' && values.every((value) => value === first)) {
    return `${values.length} × ${short(first)}`;
  }
  const shown = values
    .slice(0, MAX_SCALARS)
    .map((value) => (typeof value === 'object' ? hexBytes(value, maxBytes) : short(value)));
  if (values.length > MAX_SCALARS) shown.push(`… (${values.length})`);
  return shown.join(typeof first === 'object' ? ', ' : ' ');
}

function short(value: FieldValue): string {
  if (typeof value === 'number' && Number.isInteger(value)) return hexOf(value);
  return typeof value === 'bigint' ? hexOf(value) : visible(String(value));
}

function hexOf(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** A single value: whole numbers in both notations where they differ, timers in words. */
export function scalar(value: FieldValue, type: string, maxBytes: number): string {
  if (typeof value === 'object') return value.length === 0 ? '(empty)' : hexBytes(value, maxBytes);
  if (type === 'timer') return value === -1n ? 'not armed' : `${value} ns`;
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    return value > -10 && value < 10 ? `${value}` : `${hexOf(value)} (${value})`;
  }
  return visible(String(value));
}
