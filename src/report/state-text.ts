/** Device state as an indented tree of lines. */
import { hexBytes } from '../bytes/hex-view.js';
import { visible } from '../bytes/visible.js';
import { type Meaning, namesOf } from '../vmstate/meaning.js';
import type { FieldValue } from '../vmstate/values.js';
import { elementName, interpreted } from './interpreted.js';
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
  const fields = options.offsets ? tree.fields : tree.fields.filter((field) => !isUnused(field));
  const width = fields.reduce((widest, field) => Math.max(widest, label(field).length), 0);
  for (const field of fields) yield* fieldLines(field, tree, base, indent, Math.min(width, 40), options);
  for (const subsection of tree.subsections) {
    const version = subsection.version === undefined ? '' : ` (version ${subsection.version})`;
    yield `${indent}subsection ${visible(subsection.vmsd)}${version}`;
    yield* stateLines(subsection, base, `${indent}  `, options);
  }
}

function* fieldLines(
  field: StateField,
  tree: StateStruct,
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
    const { line, more } = meaningLines(field, tree, indent);
    yield `${head}  ${scalars(field, options)}${line}${note}`;
    yield* more;
    return;
  }
  if (!field.array) {
    yield `${head}  {${visible(structs[0]!.vmsd)}}${note}`;
    yield* stateLines(structs[0]!, base, `${indent}  `, options);
    return;
  }
  yield `${head.trimEnd()}${note}`;
  for (const [i, value] of field.values.entries()) {
    if (isStruct(value)) {
      const name = elementName(field, i);
      yield `${indent}  [${i}] ${name === undefined ? '' : `${visible(name)} `}{${visible(value.vmsd)}}`;
      yield* stateLines(value, base, `${indent}    `, options);
    } else yield `${indent}  [${i}] ${scalar(value, field, options.maxBytes)}`;
  }
}

/** Longer than this, what a field says has a line of its own. */
const SHORT = 40;

/** What is known of the values of a field: the rest of its line, and lines behind it. */
function meaningLines(
  field: StateField,
  tree: StateStruct,
  indent: string,
): { readonly line: string; readonly more: readonly string[] } {
  const known = interpreted(field, tree);
  if (!known) return { line: '', more: [] };
  const names = (known.names ?? []).map((name) => ` ${visible(name)}`).join('');
  const says = (known.says ?? []).map(visible);
  const elements = known.elements ?? [];
  const width = elements.reduce((widest, { name }) => Math.max(widest, (name ?? '').length), 0);
  const lines = elements.map(({ index, name, value, names: meant }) =>
    [
      `${indent}  [${index}]`,
      ...(width > 0 ? [visible(name ?? '').padEnd(width)] : []),
      short(value),
      ...meant.map(visible),
    ].join(' '),
  );
  if (says.length === 1 && says[0]!.length <= SHORT) return { line: `${names}  (${says[0]})`, more: lines };
  return { line: names, more: [...says.map((text) => `${indent}  ${text}`), ...lines] };
}

/** Bytes of no use that are zero as they should be. */
function isUnused({ type, values }: StateField): boolean {
  return type === 'unused' && values[0] === 'zeros';
}

function label(field: StateField): string {
  const name = visible(field.name);
  return field.array ? `${name}[${field.values.length}]` : name;
}

function scalars(field: StateField, { maxBytes }: StateTextOptions): string {
  const values = field.values as readonly FieldValue[];
  if (!field.array) return scalar(values[0]!, field, maxBytes);
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

/** A single value: whole numbers in both notations where they differ, addresses in one, timers in words, and what it stands for. */
export function scalar(
  value: FieldValue,
  { type, meaning, interpretation }: Pick<StateField, 'type' | 'meaning' | 'interpretation'>,
  maxBytes: number,
): string {
  if (typeof value === 'object') return value.length === 0 ? '(empty)' : hexBytes(value, maxBytes);
  if (type === 'timer') return value === -1n ? 'not armed' : `${value} ns`;
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) {
    if (meaning) return withMeaning(value, meaning);
    // Flags stand behind it.
    if (interpretation?.meaning?.kind === 'bits' && namesOf(interpretation.meaning, value).length > 0)
      return hexOf(value);
    return value > -10 && value < 10 ? `${value}` : `${hexOf(value)} (${value})`;
  }
  return visible(String(value));
}

function withMeaning(value: number | bigint, meaning: Meaning): string {
  const names = namesOf(meaning, value).map(visible).join(' ');
  const digits = meaning.kind === 'enumeration' && value < 10 ? `${value}` : hexOf(value);
  return names === '' ? digits : `${digits} ${names}`;
}
