/** Values of decoded state by name, for those who judge it rather than show it. */
import type { FieldNode, StructNode } from './decode.js';
import { elementValue, type FieldValue } from './values.js';

/** The first field of this name. */
export function fieldOf(struct: StructNode | undefined, name: string): FieldNode | undefined {
  return struct?.fields.find((field) => field.name === name);
}

/** The structures in a field: none where it is not there, or stays bytes. */
export function structsOf(struct: StructNode | undefined, name: string): readonly StructNode[] {
  return fieldOf(struct, name)?.structs ?? [];
}

export function subsectionOf(struct: StructNode | undefined, name: string): StructNode | undefined {
  return struct?.subsections.find(({ vmsdName }) => vmsdName === name);
}

/** The value of the first element of a field; undefined where there is none. */
export function valueOf(struct: StructNode | undefined, name: string, payload: Uint8Array): FieldValue | undefined {
  const field = fieldOf(struct, name);
  return field && field.count > 0 && !field.structs ? elementValue(field, payload, 0) : undefined;
}

/** The same as a whole number, which addresses above 2^53 round; undefined where it is none. */
export function numberOf(struct: StructNode | undefined, name: string, payload: Uint8Array): number | undefined {
  const value = valueOf(struct, name, payload);
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

/** All elements of a field that are whole numbers. */
export function numbersOf(struct: StructNode | undefined, name: string, payload: Uint8Array): number[] {
  const field = fieldOf(struct, name);
  if (!field || field.structs) return [];
  return Array.from({ length: field.count }, (_, i) => Number(elementValue(field, payload, i)));
}
