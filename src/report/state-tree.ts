/**
 * Decoded device state as a tree of names and values, for JSON and for people: elements of one array are joined under its name, and what
 * is not selected is left out.
 */
import type { SectionIdentity } from '../wire/section.js';
import type { FieldNode, StructNode } from '../vmstate/decode.js';
import type { Interpretation } from '../vmstate/interpret/interpretation.js';
import type { Meaning } from '../vmstate/meaning.js';
import { elementValue, type FieldValue } from '../vmstate/values.js';
import type { Selection } from './select.js';

export interface StateStruct {
  readonly vmsd: string;
  /** Absent for structures that have none on the wire. */
  readonly version?: number;
  readonly fields: readonly StateField[];
  readonly subsections: readonly StateStruct[];
}

export interface StateField {
  readonly name: string;
  readonly type: string;
  /** Offset of the first element in the payload, in bytes. */
  readonly start: number;
  /** Bytes of all elements. */
  readonly size: number;
  /** True when the elements form an array, even an array of one. */
  readonly array: boolean;
  readonly values: readonly (FieldValue | StateStruct)[];
  /** What the numbers stand for. */
  readonly meaning?: Meaning;
  /** What is known of a field that the vmdesc describes. */
  readonly interpretation?: Interpretation;
  readonly mismatch?: string;
}

/** Builds the tree of one section. */
export function stateTree(
  state: StructNode,
  payload: Uint8Array,
  section: Pick<SectionIdentity, 'idstr' | 'instance'>,
  selected?: Selection,
): StateStruct {
  const filter =
    selected && !selected.section(section) ? (path: string): boolean => selected.field(section, path) : undefined;
  return struct(state, payload, '', filter);
}

/** True when nothing of the tree is left. */
export function isEmpty(tree: StateStruct): boolean {
  return tree.fields.length === 0 && tree.subsections.every(isEmpty);
}

/** The value of a field that only looks like a struct: what stands in `StateField.values`. */
export function isStruct(value: FieldValue | StateStruct): value is StateStruct {
  return typeof value === 'object' && 'vmsd' in value;
}

const LIST_TYPES = new Set(['qtailq', 'qlist', 'list']);

/** The list types always hold elements, whatever their number. */
function isList({ type, structs }: FieldNode): boolean {
  return structs !== undefined && LIST_TYPES.has(type);
}

type Filter = ((path: string) => boolean) | undefined;

function struct(node: StructNode, payload: Uint8Array, path: string, filter: Filter): StateStruct {
  const groups = new Map<string, FieldNode[]>();
  for (const field of node.fields) {
    const group = groups.get(field.name);
    if (group) group.push(field);
    else groups.set(field.name, [field]);
  }
  const fields: StateField[] = [];
  for (const group of groups.values()) {
    const field = join(group, payload, path, filter);
    if (field) fields.push(field);
  }
  const subsections = node.subsections
    .map((subsection) => struct(subsection, payload, `${path}${subsection.vmsdName}/`, filter))
    .filter((subsection) => !filter || !isEmpty(subsection));
  const { vmsdName: vmsd, version } = node;
  return { vmsd, ...(version !== undefined && { version }), fields, subsections };
}

function join(group: readonly FieldNode[], payload: Uint8Array, path: string, filter: Filter): StateField | undefined {
  const first = group[0]!;
  const own = `${path}${first.name}`;
  const inner = filter?.(own) ? undefined : filter;
  const values: (FieldValue | StateStruct)[] = [];
  for (const field of group) {
    if (field.structs) {
      for (const element of field.structs) {
        const tree = struct(element, payload, `${own}/`, inner);
        if (!inner || !isEmpty(tree)) values.push(tree);
      }
    } else if (!inner) {
      for (let i = 0; i < field.count; i++) values.push(elementValue(field, payload, i));
    }
  }
  if (inner && values.length === 0) return undefined;
  const mismatch = group.find((field) => field.mismatch !== undefined)?.mismatch;
  return {
    name: first.name,
    type: first.type,
    start: first.start,
    size: group.reduce((sum, field) => sum + field.size * field.count, 0),
    array: group.length > 1 || first.count !== 1 || first.index !== undefined || isList(first),
    values,
    ...(first.meaning && { meaning: first.meaning }),
    ...(first.interpretation && { interpretation: first.interpretation }),
    ...(mismatch !== undefined && { mismatch }),
  };
}
