/**
 * The vmdesc: QEMU's own description of the device state in a stream, as JSON behind its end.
 *
 * Writer: `vmstate_save_state_v` with a `JSONWriter` (migration/vmstate.c), since 2.3.
 */
import { JsonObject, type JsonValue, parseJson } from './json.js';

export interface VmstateDescription {
  /** The target page size in bytes. */
  readonly pageSize?: number;
  /** The configuration section; 8.2 and later. */
  readonly configuration?: VmsdDescription;
  /** One entry a FULL section, in stream order. */
  readonly devices: readonly DeviceDescription[];
  /** The JSON text as it stood in the stream. */
  readonly text: string;
}

/** The layout of one vmsd as it was written: fields that were not sent are not listed. */
export interface VmsdDescription {
  readonly vmsdName: string;
  readonly version: number;
  readonly fields: readonly FieldDescription[];
  readonly subsections: readonly VmsdDescription[];
}

export interface DeviceDescription extends VmsdDescription {
  /** The idstr of the section. */
  readonly name: string;
  readonly instance: number;
}

export interface FieldDescription {
  readonly name: string;
  readonly type: string;
  /** Bytes of one element. */
  readonly size: number;
  /** Elements that follow each other, all like this one. */
  readonly arrayLength?: number;
  /** Position in an array whose elements are described one by one. */
  readonly index?: number;
  /** Type `struct`. */
  readonly struct?: VmsdDescription;
  /** Types that describe their contents in the field itself: once (`vstruct`, `tmp`), or once an element (`qtailq`, `qlist`). */
  readonly elements?: readonly VmsdDescription[];
}

/**
 * Reads a vmdesc.
 *
 * @throws SyntaxError when the text is not JSON, or not the JSON of a vmdesc
 */
export function parseVmdesc(text: string): VmstateDescription {
  const root = asObject(parseJson(text), 'vmdesc');
  const devices = root.get('devices');
  if (!Array.isArray(devices)) throw new SyntaxError('no array "devices"');
  const pageSize = root.get('page_size');
  const configuration = root.get('configuration');
  return {
    ...(typeof pageSize === 'number' && { pageSize }),
    ...(configuration instanceof JsonObject && { configuration: vmsd(configuration.pairs) }),
    devices: (devices as readonly JsonValue[]).map((entry) => {
      const device = asObject(entry, 'device');
      return {
        name: stringOf(device.get('name')),
        // Written as a signed number before QEMU 5.0.
        instance: numberOf(device.get('instance_id')) >>> 0,
        ...vmsd(device.pairs),
      };
    }),
    text,
  };
}

function vmsd(pairs: readonly (readonly [string, JsonValue])[]): VmsdDescription {
  let vmsdName = '';
  let version = 0;
  let fields: FieldDescription[] = [];
  let subsections: VmsdDescription[] = [];
  for (const [key, value] of pairs) {
    if (key === 'vmsd_name') vmsdName = stringOf(value);
    else if (key === 'version') version = numberOf(value);
    else if (key === 'fields') fields = listOf(value).map((entry) => field(asObject(entry, 'field')));
    else if (key === 'subsections')
      subsections = listOf(value).map((entry) => vmsd(asObject(entry, 'subsection').pairs));
  }
  return { vmsdName, version, fields, subsections };
}

function field(object: JsonObject): FieldDescription {
  const arrayLength = object.get('array_len');
  const index = object.get('index');
  const struct = object.get('struct');
  const elements = inlineElements(object);
  return {
    name: stringOf(object.get('name')),
    type: stringOf(object.get('type')),
    size: numberOf(object.get('size')),
    ...(typeof arrayLength === 'number' && { arrayLength }),
    ...(typeof index === 'number' && { index }),
    ...(struct instanceof JsonObject && { struct: vmsd(struct.pairs) }),
    ...(elements.length > 0 && { elements }),
  };
}

/** The keys of a vmsd that stand in the field object itself, cut where `vmsd_name` repeats. */
function inlineElements(object: JsonObject): VmsdDescription[] {
  const groups: [string, JsonValue][][] = [];
  for (const pair of object.pairs) {
    if (pair[0] === 'vmsd_name') groups.push([]);
    groups[groups.length - 1]?.push(pair);
  }
  return groups.map(vmsd);
}

function asObject(value: JsonValue | undefined, what: string): JsonObject {
  if (value instanceof JsonObject) return value;
  throw new SyntaxError(`${what} is not an object`);
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function stringOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** Bytes that a section of this layout has: the size equation of the format. */
export function describedSize(of: VmsdDescription): number {
  let size = 0;
  for (const entry of of.fields) size += entry.size * (entry.arrayLength ?? 1);
  for (const subsection of of.subsections) {
    size += 1 + 1 + Buffer.byteLength(subsection.vmsdName) + 4 + describedSize(subsection);
  }
  return size;
}
