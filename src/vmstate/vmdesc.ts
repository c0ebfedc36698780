/**
 * The vmdesc: QEMU's own description of the device state in a stream, as JSON behind its end.
 *
 * A vmdesc of some hundred processors has many megabytes, in which the same few devices repeat. The text is read device by device, and
 * devices that are described in the same words share one description.
 *
 * Writer: `vmstate_save_state_v` with a `JSONWriter` (migration/vmstate.c), since 2.3.
 */
import { arrayElements, findArray } from './json-array.js';
import { JsonObject, type JsonValue, parseJson } from './json.js';

/** The longest vmdesc that is read, in bytes: that of a guest of a thousand processors. */
export const MAX_VMDESC = 16 << 20;
/** The most devices, and fields of all devices that are not described in the same words. A machine with every device has a few thousand fields. */
const MAX_DEVICES = 1 << 15;
const MAX_FIELDS = 1 << 17;
/** Values in the text of one device, and characters of all texts that are kept to be found again. */
const MAX_VALUES = 1 << 19;
const MAX_SHARED = 2 << 20;

export interface VmstateDescription {
  /** The target page size in bytes. */
  readonly pageSize?: number;
  /** The configuration section; 8.2 and later. */
  readonly configuration?: VmsdDescription;
  /** One entry a FULL section, in stream order. */
  readonly devices: readonly DeviceDescription[];
  /** The JSON text as it stood in the stream. */
  readonly text: string;
  /** The same as bytes. */
  readonly bytes?: Uint8Array;
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
 * @throws RangeError when it describes more than any machine has
 */
export function parseVmdesc(text: string | Uint8Array): VmstateDescription {
  const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.buffer, text.byteOffset, text.length);
  return new VmdescReader(bytes).read();
}

/** The name and instance of a device: what differs between devices of one kind. */
const HEAD = /^\{\s*"name"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"instance_id"\s*:\s*-?\d+/;

class VmdescReader {
  private readonly strings = new Map<string, string>();
  private readonly shared = new Map<string, VmsdDescription>();
  private sharedLength = 0;
  private fields = 0;

  constructor(private readonly bytes: Buffer) {}

  read(): VmstateDescription {
    const { bytes } = this;
    const array = findArray(bytes, 'devices');
    const text = array
      ? `${bytes.toString('utf8', 0, array.from)}${bytes.toString('utf8', array.to)}`
      : bytes.toString('utf8');
    const root = asObject(parseJson(text, MAX_VALUES), 'vmdesc');
    if (!array) throw new SyntaxError('no array "devices"');
    const devices: DeviceDescription[] = [];
    for (const { from, to } of arrayElements(bytes, array)) {
      if (devices.length === MAX_DEVICES) throw new RangeError(`more than ${MAX_DEVICES} devices`);
      try {
        devices.push(this.device(bytes.toString('utf8', from, to)));
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        throw new SyntaxError(`device ${devices.length} at byte ${from}: ${error.message}`);
      }
    }
    const pageSize = root.get('page_size');
    const configuration = root.get('configuration');
    return {
      ...(typeof pageSize === 'number' && { pageSize }),
      ...(configuration instanceof JsonObject && { configuration: this.vmsd(configuration.pairs) }),
      devices,
      bytes,
      get text() {
        return bytes.toString('utf8');
      },
    };
  }

  private device(text: string): DeviceDescription {
    const head = HEAD.exec(text)?.[0];
    const words = head === undefined ? text : text.slice(head.length);
    const known = head === undefined ? undefined : this.shared.get(words);
    const device = asObject(parseJson(known ? `${head}}` : text, MAX_VALUES), 'device');
    const vmsd = known ?? this.vmsd(device.pairs);
    if (!known && head !== undefined && this.sharedLength + words.length <= MAX_SHARED) {
      this.sharedLength += words.length;
      this.shared.set(words, vmsd);
    }
    return {
      name: this.string(device.get('name')),
      // Written as a signed number before QEMU 5.0.
      instance: numberOf(device.get('instance_id')) >>> 0,
      ...vmsd,
    };
  }

  private vmsd(pairs: readonly (readonly [string, JsonValue])[]): VmsdDescription {
    let vmsdName = '';
    let version = 0;
    let fields: FieldDescription[] = [];
    let subsections: VmsdDescription[] = [];
    this.count();
    for (const [key, value] of pairs) {
      if (key === 'vmsd_name') vmsdName = this.string(value);
      else if (key === 'version') version = numberOf(value);
      else if (key === 'fields') fields = listOf(value).map((entry) => this.field(asObject(entry, 'field')));
      else if (key === 'subsections')
        subsections = listOf(value).map((entry) => this.vmsd(asObject(entry, 'subsection').pairs));
    }
    return { vmsdName, version, fields, subsections };
  }

  private field(object: JsonObject): FieldDescription {
    const arrayLength = object.get('array_len');
    const index = object.get('index');
    const struct = object.get('struct');
    const elements = inlineElements(object).map((pairs) => this.vmsd(pairs));
    this.count();
    // Assigned one by one: a literal with spreads makes objects of three times the size, and there can be a hundred thousand.
    const field: { -readonly [K in keyof FieldDescription]: FieldDescription[K] } = {
      name: this.string(object.get('name')),
      type: this.string(object.get('type')),
      size: numberOf(object.get('size')),
    };
    if (typeof arrayLength === 'number') field.arrayLength = arrayLength;
    if (typeof index === 'number') field.index = index;
    if (struct instanceof JsonObject) field.struct = this.vmsd(struct.pairs);
    if (elements.length > 0) field.elements = elements;
    return field;
  }

  private count(): void {
    if (++this.fields > MAX_FIELDS) throw new RangeError(`more than ${MAX_FIELDS} fields`);
  }

  /** One string for all that are alike, and none that keeps the text of its device in memory. */
  private string(value: JsonValue | undefined): string {
    if (typeof value !== 'string') return '';
    let known = this.strings.get(value);
    if (known === undefined) {
      known = Buffer.from(value).toString('utf8');
      this.strings.set(known, known);
    }
    return known;
  }
}

/** The keys of a vmsd that stand in the field object itself, cut where `vmsd_name` repeats. */
function inlineElements(object: JsonObject): [string, JsonValue][][] {
  const groups: [string, JsonValue][][] = [];
  for (const pair of object.pairs) {
    if (pair[0] === 'vmsd_name') groups.push([]);
    groups[groups.length - 1]?.push(pair);
  }
  return groups;
}

function asObject(value: JsonValue | undefined, what: string): JsonObject {
  if (value instanceof JsonObject) return value;
  throw new SyntaxError(`${what} is not an object`);
}

function listOf(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
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
