/**
 * Device state: one small description makes both the payload of a FULL section and its entry in the vmdesc.
 *
 * Fields carry their own bytes; keys that only the JSON has (`index`, `array_len`) stand beside them.
 */
import { counted, join, u16, u32, u64, u8 } from './bytes.js';

export interface Field {
  readonly name: string;
  readonly type: string;
  /** The bytes on the wire, of all elements. */
  readonly bytes: Buffer;
  readonly arrayLength?: number;
  readonly index?: number;
  readonly struct?: Vmsd;
  /** Contents that stand in the field object itself, once an element. */
  readonly inline?: readonly Vmsd[];
  /** A size that the bytes do not have. */
  readonly size?: number;
}

export interface Vmsd {
  readonly vmsdName: string;
  readonly version: number;
  readonly fields: readonly Field[];
  readonly subsections?: readonly Vmsd[];
}

export interface Device extends Vmsd {
  readonly id: number;
  readonly idstr: string;
  readonly instance?: number;
}

export const uint8 = (name: string, value: number, more: Partial<Field> = {}): Field => ({
  name,
  type: 'uint8',
  bytes: u8(value),
  ...more,
});
export const uint16 = (name: string, value: number): Field => ({ name, type: 'uint16', bytes: u16(value) });
export const uint32 = (name: string, value: number, more: Partial<Field> = {}): Field => ({
  name,
  type: 'uint32',
  bytes: u32(value),
  ...more,
});
export const int64 = (name: string, value: bigint): Field => ({ name, type: 'int64', bytes: u64(value) });
export const raw = (name: string, bytes: Buffer, type = 'buffer'): Field => ({ name, type, bytes });

/** An array of scalars as one compressed entry. */
export const uint32Array = (name: string, ...values: readonly number[]): Field => ({
  name,
  type: 'uint32',
  bytes: join(...values.map(u32)),
  arrayLength: values.length,
});

export const struct = (name: string, of: Vmsd, more: Partial<Field> = {}): Field => ({
  name,
  type: 'struct',
  bytes: vmsdPayload(of),
  struct: of,
  ...more,
});

/** Several equal structs, of which the JSON describes the first. */
export const structArray = (name: string, elements: readonly Vmsd[]): Field => ({
  name,
  type: 'struct',
  bytes: join(...elements.map(vmsdPayload)),
  arrayLength: elements.length,
  struct: elements[0]!,
});

export const list = (name: string, elements: readonly Vmsd[], type = 'qtailq'): Field => ({
  name,
  type,
  bytes: join(...elements.flatMap((element) => [u8(1), vmsdPayload(element)]), u8(0)),
  inline: elements,
});

export const inlineStruct = (name: string, type: 'vstruct' | 'tmp', of: Vmsd): Field => ({
  name,
  type,
  bytes: vmsdPayload(of),
  inline: [of],
});

export function vmsdPayload(of: Vmsd): Buffer {
  return join(
    ...of.fields.map((field) => field.bytes),
    ...(of.subsections ?? []).map((sub) => join(u8(0x05), counted(sub.vmsdName), u32(sub.version), vmsdPayload(sub))),
  );
}

/** The text of a vmdesc, in the manner of QEMU: keys repeat where its writer repeats them. */
export function vmdescText(devices: readonly Device[], pageSize: number | undefined = 0x1000): string {
  const entries = devices.map(
    (device) =>
      `{"name": ${JSON.stringify(device.idstr)}, "instance_id": ${device.instance ?? 0}, ${vmsdKeys(device)}}`,
  );
  const size = pageSize === undefined ? '' : `"page_size": ${pageSize}, `;
  return `{${size}"devices": [${entries.join(', ')}]}`;
}

function vmsdKeys(of: Vmsd): string {
  const subsections = of.subsections?.map((sub) => `{${vmsdKeys(sub)}}`).join(', ');
  return (
    `"vmsd_name": ${JSON.stringify(of.vmsdName)}, "version": ${of.version}, ` +
    `"fields": [${of.fields.map(fieldObject).join(', ')}]` +
    (subsections === undefined ? '' : `, "subsections": [${subsections}]`)
  );
}

function fieldObject(field: Field): string {
  const keys = [`"name": ${JSON.stringify(field.name)}`];
  if (field.arrayLength !== undefined) keys.push(`"array_len": ${field.arrayLength}`);
  if (field.index !== undefined) keys.push(`"index": ${field.index}`);
  keys.push(`"type": ${JSON.stringify(field.type)}`);
  if (field.struct) keys.push(`"struct": {${vmsdKeys(field.struct)}}`);
  for (const element of field.inline ?? []) keys.push(vmsdKeys(element));
  keys.push(`"size": ${field.size ?? field.bytes.length / (field.arrayLength ?? 1)}`);
  return `{${keys.join(', ')}}`;
}
