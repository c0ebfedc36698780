/**
 * The types that a vmdesc names, and how their bytes read.
 *
 * Source: `vmstate_info_*` (migration/vmstate-types.c, migration/savevm.c). Every integer is big-endian, `int32 le` too: there the
 * letters stand for "less or equal". Types that are not listed are shown as bytes.
 */
import type { FieldNode } from './decode.js';

/** One element of a field. */
export type FieldValue = number | bigint | boolean | string | Uint8Array;

type Reader = (bytes: Uint8Array) => FieldValue | undefined;

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const sized =
  (size: number, read: (bytes: Uint8Array) => FieldValue): Reader =>
  (bytes) =>
    bytes.length === size ? read(bytes) : undefined;

const u8 = sized(1, (bytes) => bytes[0]!);
const u16 = sized(2, (bytes) => view(bytes).getUint16(0));
const u32 = sized(4, (bytes) => view(bytes).getUint32(0));
const u64 = sized(8, (bytes) => view(bytes).getBigUint64(0));
const le16 = sized(2, (bytes) => view(bytes).getUint16(0, true));
const le24 = sized(3, (bytes) => bytes[0]! + bytes[1]! * 0x100 + bytes[2]! * 0x1_0000);
const le32 = sized(4, (bytes) => view(bytes).getUint32(0, true));
const le64 = sized(8, (bytes) => view(bytes).getBigUint64(0, true));
const i8 = sized(1, (bytes) => view(bytes).getInt8(0));
const i16 = sized(2, (bytes) => view(bytes).getInt16(0));
const i32 = sized(4, (bytes) => view(bytes).getInt32(0));
const i64 = sized(8, (bytes) => view(bytes).getBigInt64(0));
const float = sized(8, (bytes) => view(bytes).getFloat64(0));

/** 0x30: the pointer is null; 0x31: the element follows (11.x). */
const marker: Reader = sized(1, (bytes) => (bytes[0] === 0x30 ? 'null' : bytes[0] === 0x31 ? 'valid' : bytes));

const zeros: Reader = (bytes) => (bytes.every((byte) => byte === 0) ? 'zeros' : bytes);

const READERS: Record<string, Reader> = {
  bool: sized(1, (bytes) => bytes[0] !== 0),
  int8: i8,
  int16: i16,
  int32: i32,
  'int32 equal': i32,
  'int32 le': i32,
  int64: i64,
  uint8: u8,
  uint16: u16,
  uint32: u32,
  uint64: u64,
  'uint8 equal': u8,
  'uint16 equal': u16,
  'uint32 equal': u32,
  // The info of uint64-equal bears this name.
  'int64 equal': u64,
  // Nanoseconds; all ones when the timer is not armed.
  timer: i64,
  CPU_Double_U: float,
  float64: float,
  capability: (bytes) => Buffer.from(bytes.subarray(1)).toString('latin1'),
  // Types of the built-in layouts, which no vmdesc names: little-endian, an Ethernet address, text, and bytes that are
  // no more than zeros.
  le16,
  le24,
  le32,
  le64,
  mac: sized(6, (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':')),
  text: (bytes) => {
    const end = bytes.indexOf(0) < 0 ? bytes.length : bytes.indexOf(0);
    const rest = bytes.subarray(end);
    return rest.every((byte) => byte === 0) ? Buffer.from(bytes.subarray(0, end)).toString('latin1') : bytes;
  },
  zeros,
  unused: zeros,
  nullptr: marker,
  'ptr-marker': marker,
};

/** True for the types whose values are whole numbers. */
export function isIntegerType(type: string): boolean {
  return /^u?int(8|16|32|64)( equal| le)?$/.test(type) || type === 'timer';
}

/** The value of element `i` of a field that has no contents of its own; bytes where the type is opaque or the size is not its own. */
export function elementValue(node: FieldNode, payload: Uint8Array, i: number): FieldValue {
  const bytes = payload.subarray(node.start + i * node.size, node.start + (i + 1) * node.size);
  const reader = Object.hasOwn(READERS, node.type) ? READERS[node.type] : undefined;
  return reader?.(bytes) ?? bytes;
}
