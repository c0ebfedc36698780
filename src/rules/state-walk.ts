/** Goes over the decoded state of a device, for rules about fields. */
import type { FieldNode, StructNode } from '../vmstate/decode.js';

/** Called for every field without contents of its own, and for every struct, with the path to it. */
export interface StateVisitor {
  field?(field: FieldNode, path: readonly string[]): void;
  subsection?(subsection: StructNode, path: readonly string[]): void;
}

/** Visits a state from its first field to its last subsection. */
export function walkState(state: StructNode, visitor: StateVisitor, path: readonly string[] = []): void {
  for (const field of state.fields) {
    if (!field.structs) visitor.field?.(field, path);
    else for (const struct of field.structs) walkState(struct, visitor, [...path, field.name]);
  }
  for (const subsection of state.subsections) {
    visitor.subsection?.(subsection, path);
    walkState(subsection, visitor, [...path, subsection.vmsdName]);
  }
}
