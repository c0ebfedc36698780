/**
 * Device state as QEMU's scripts/analyze-migration.py prints it: how each type reads, and what becomes of names that repeat.
 */
import type { FieldNode, StructNode } from '../vmstate/decode.js';
import { hexBytes } from '../bytes/hex-view.js';
import type { PythonJsonWriter } from './python-json.js';

const UNSIGNED = new Set(['uint8', 'uint16', 'uint32', 'uint64', 'uint32 equal']);
/** The script reads four of the types whose fields must equal those of the destination as signed, whatever their name says. */
const SIGNED = new Set([
  'int8',
  'int16',
  'int32',
  'int64',
  'int32 equal',
  'int32 le',
  'int64 equal',
  'uint8 equal',
  'uint16 equal',
]);
const NULL_POINTER = 0x30;

/** Writes a decoded section, struct or subsection as an object. */
export function writeStruct(json: PythonJsonWriter, struct: StructNode, payload: Uint8Array): void {
  // Fields of one name make a list; a subsection takes the place of a field that has its name.
  const members = new Map<string, FieldNode[] | StructNode>();
  for (const field of struct.fields) {
    if (field.count === 0) continue;
    const same = members.get(field.name);
    if (Array.isArray(same)) same.push(field);
    else members.set(field.name, [field]);
  }
  for (const subsection of struct.subsections) members.set(subsection.vmsdName, subsection);
  json.beginObject();
  for (const [name, member] of members) {
    json.key(name);
    if (Array.isArray(member)) writeFields(json, member, payload);
    else writeStruct(json, member, payload);
  }
  json.endObject();
}

function writeFields(json: PythonJsonWriter, fields: readonly FieldNode[], payload: Uint8Array): void {
  const list = fields.length > 1 || fields[0]!.count > 1;
  if (list) json.beginArray();
  for (const field of fields) for (let i = 0; i < field.count; i++) writeElement(json, field, i, payload);
  if (list) json.endArray();
}

function writeElement(json: PythonJsonWriter, field: FieldNode, i: number, payload: Uint8Array): void {
  const struct = field.type === 'struct' ? field.structs?.[i] : undefined;
  if (struct) {
    writeStruct(json, struct, payload);
    return;
  }
  const start = field.start + i * field.size;
  const bytes = payload.subarray(start, start + field.size);
  if (field.type === 'bool' && bytes.length > 0) json.literal(bytes[0] === 0 ? 'false' : 'true');
  else json.string(elementText(field.type, bytes));
}

function elementText(type: string, bytes: Uint8Array): string {
  if (bytes.length > 0 && UNSIGNED.has(type)) return hexNumber(bytes);
  if (bytes.length > 0 && SIGNED.has(type)) return signedText(bytes);
  if (type === 'nullptr' && bytes.length === 1 && bytes[0] === NULL_POINTER) return 'nullptr';
  return hexBytes(bytes);
}

function signedText(bytes: Uint8Array): string {
  const digits = hexNumber(bytes);
  return bytes[0]! < 0x80 ? digits : `${digits} (${BigInt.asIntN(8 * bytes.length, BigInt(digits))})`;
}

function hexNumber(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
