/**
 * What `qemu-system-X -M MACHINE -dump-vmstate FILE` writes: the layouts that a build of QEMU declares, a loader's view of the wire.
 *
 *     { "vmschkmachine": { "Name" }, CLASS: { "Name", "version_id", "minimum_version_id", "Description": VMSD }, … }
 *     VMSD  = { "name", "version_id", "minimum_version_id", "Fields": [FIELD], "Subsections": [VMSD] }
 *     FIELD = { "field", "version_id", "field_exists", "num", "size", "Description": VMSD }
 *
 * `size` is that of one element in the memory of QEMU: for plain fields and buffers the size on the wire, for structs and pointers not. `num`
 * is written for arrays of a fixed length, from 9.0 on. Types, flags, lengths that are only known at run time, and states that belong
 * to no device class (ram, timer, cpu_common, …) are not dumped.
 *
 * Writer: `dump_vmstate_json_to_file` (migration/savevm.c), since 2.1.
 */
import { JsonObject, type JsonValue, parseJson } from './json.js';

export interface VmstateDump {
  readonly machine?: string;
  readonly devices: readonly DumpedDevice[];
}

export interface DumpedDevice {
  /** The name of the device class; it is not on the wire. */
  readonly name: string;
  readonly version: number;
  readonly minimum: number;
  readonly description?: DumpedVmsd;
}

export interface DumpedVmsd {
  readonly name: string;
  readonly version: number;
  readonly minimum: number;
  readonly fields: readonly DumpedField[];
  readonly subsections: readonly DumpedVmsd[];
}

export interface DumpedField {
  readonly name: string;
  /** The version of the vmsd from which on it is there. */
  readonly version: number;
  /** A function of the device decides whether it is there. */
  readonly conditional: boolean;
  readonly num?: number;
  readonly size: number;
  readonly description?: DumpedVmsd;
}

const MACHINE = 'vmschkmachine';

/** True for the JSON of a dump, and not for that of a vmdesc. */
export function isVmstateDump(root: JsonValue): boolean {
  return (
    root instanceof JsonObject && (root.get(MACHINE) !== undefined || root.pairs.some(([, value]) => isDevice(value)))
  );
}

/**
 * Reads a dump.
 *
 * @throws SyntaxError when the text is not JSON, or not the JSON of a dump
 */
export function parseVmstateDump(text: string): VmstateDump {
  const root = parseJson(text);
  if (!(root instanceof JsonObject) || !isVmstateDump(root)) throw new SyntaxError('no device with a version_id');
  const machine = root.get(MACHINE);
  const name = machine instanceof JsonObject ? machine.get('Name') : undefined;
  return {
    ...(typeof name === 'string' && { machine: name }),
    devices: root.unique().flatMap(([key, value]) => (key !== MACHINE && isDevice(value) ? device(key, value) : [])),
  };
}

function isDevice(value: JsonValue): value is JsonObject {
  return value instanceof JsonObject && value.get('version_id') !== undefined;
}

function device(name: string, value: JsonObject): DumpedDevice {
  const description = value.get('Description');
  return {
    name,
    version: numberOf(value.get('version_id')),
    minimum: numberOf(value.get('minimum_version_id')),
    ...(description instanceof JsonObject && { description: vmsd(description) }),
  };
}

function vmsd(value: JsonObject): DumpedVmsd {
  return {
    name: stringOf(value.get('name')),
    version: numberOf(value.get('version_id')),
    minimum: numberOf(value.get('minimum_version_id')),
    fields: objects(value.get('Fields')).map(field),
    subsections: objects(value.get('Subsections')).map(vmsd),
  };
}

function field(value: JsonObject): DumpedField {
  const num = value.get('num');
  const description = value.get('Description');
  return {
    name: stringOf(value.get('field')),
    version: numberOf(value.get('version_id')),
    conditional: value.get('field_exists') === true,
    ...(typeof num === 'number' && { num }),
    size: numberOf(value.get('size')),
    ...(description instanceof JsonObject && { description: vmsd(description) }),
  };
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value)
    ? (value as readonly JsonValue[]).filter((entry): entry is JsonObject => entry instanceof JsonObject)
    : [];
}

function stringOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
