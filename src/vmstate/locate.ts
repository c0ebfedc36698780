/** Which field a byte of a payload belongs to: the way from an offset back to a name. */
import type { FieldNode, StructNode } from './decode.js';

export interface Location {
  /** Names of the fields from the outermost to the innermost, and of the subsections on the way: the path that `--select` takes. */
  readonly path: string;
  /** The same with the numbers of array elements, as `virtio/queues[1]/desc`. */
  readonly place: string;
  /** The innermost field that holds the byte. */
  readonly field: FieldNode;
  /** The element of that field, where it has several. */
  readonly element: number;
  /** The structure that the field is of. */
  readonly struct: StructNode;
}

/** The innermost field that holds the byte at `offset` of the payload; undefined for marks between fields and heads of subsections. */
export function locate(state: StructNode, offset: number): Location | undefined {
  return inStruct(state, offset, '', '');
}

function inStruct(struct: StructNode, offset: number, path: string, place: string): Location | undefined {
  for (const field of struct.fields) {
    if (offset >= field.start && offset < field.start + field.size * field.count)
      return inField(struct, field, offset, `${path}${field.name}`, `${place}${field.name}`);
  }
  for (const subsection of struct.subsections) {
    if (offset < subsection.start || offset >= subsection.end) continue;
    const name = `${subsection.vmsdName}/`;
    return inStruct(subsection, offset, path + name, place + name);
  }
  return undefined;
}

function inField(
  struct: StructNode,
  field: FieldNode,
  offset: number,
  path: string,
  place: string,
): Location | undefined {
  const { structs } = field;
  if (!structs) {
    const element = Math.floor((offset - field.start) / field.size);
    return { path, place: field.count > 1 ? `${place}[${element}]` : place, field, element, struct };
  }
  const element = structs.findIndex(({ start, end }) => offset >= start && offset < end);
  const inner = structs[element];
  const number = structs.length > 1 || field.type === 'list' ? `[${element}]` : '';
  return inner && inStruct(inner, offset, `${path}/`, `${place}${number}/`);
}
