/** Values of fields in a sentence. */
import { hexBytes } from '../../bytes/hex-view.js';
import { hex } from '../../finding.js';
import type { FieldNode } from '../../vmstate/decode.js';
import { namesOf } from '../../vmstate/meaning.js';
import { elementValue } from '../../vmstate/values.js';

const MAX_ELEMENTS = 4;
const MAX_BYTES = 16;

/** Structures, and what is too long for a sentence. */
export function isBytes({ structs, size }: FieldNode): boolean {
  return structs !== undefined || size > MAX_BYTES;
}

/** The value, or the first elements of an array, with what they stand for. */
export function valueText(node: FieldNode, payload: Uint8Array): string {
  const meaning = node.meaning ?? node.interpretation?.meaning;
  const elements = Array.from({ length: Math.min(node.count, MAX_ELEMENTS) }, (_, i) => {
    const value = elementValue(node, payload, i);
    if (value instanceof Uint8Array) return hexBytes(value, MAX_BYTES);
    if (typeof value !== 'number' && typeof value !== 'bigint') return String(value);
    const names = meaning ? namesOf(meaning, value) : [];
    return [value < 0 ? String(value) : hex(value), ...names].join(' ');
  });
  return node.count > elements.length ? `${elements.join(', ')} … (${node.count} elements)` : elements.join(', ');
}
