/**
 * The `json` and `jsonl` formats of `dump`: one object an event, written as the events come.
 *
 * Every object has `event` and `offset`. 64-bit integers are decimal strings, bytes are hexadecimal strings (or `{hex, length}` where
 * `--max-bytes` cut them). Fields of device state are values by name, flags and enumerations `{value, names}`; with `--offsets` they are
 * `{type, offset, size, value}`. What else is known of a field stands beside them, in `meanings`.
 */
import { randomUUID } from 'node:crypto';
import { jsonLine } from '../bytes/json.js';
import type { TextWriter } from '../bytes/text-writer.js';
import type { EventOf, RecordFields, RecordValue, StreamEvent, StreamSink } from '../stream/events.js';
import { PAGE_KINDS, PAGE_ZERO, type PageBatch } from '../stream/page-batch.js';
import { type Meaning, namesOf } from '../vmstate/meaning.js';
import type { FieldValue } from '../vmstate/values.js';
import { JsonObject, type JsonValue, parseJson } from '../vmstate/json.js';
import type { DumpOptions } from './dump-options.js';
import { interpreted } from './interpreted.js';
import { isEmpty, isStruct, type StateField, type StateStruct, stateTree } from './state-tree.js';

/** Where the objects go: one a line, or one document with an array of them. All channels of a capture share it. */
export class JsonOutput {
  private first = true;

  constructor(
    private readonly out: TextWriter,
    private readonly shape: 'lines' | 'document',
    private readonly capture: string,
  ) {}

  /** Writes one object, given in one piece or in several. */
  put(text: string | Iterable<string>): void {
    // The opening comes with the first event, so that nothing is written for an input that cannot be opened.
    if (this.shape === 'document') this.out.write(this.first ? this.opening() : ',\n');
    this.first = false;
    if (typeof text === 'string') this.out.write(text);
    else for (const part of text) this.out.write(part);
    if (this.shape === 'lines') this.out.write('\n');
  }

  /** Closes the document. To be called behind the last event. */
  finish(): void {
    if (this.shape === 'lines') return;
    if (this.first) this.out.write(this.opening());
    this.out.write('\n]\n}\n');
  }

  private opening(): string {
    return `{\n"schema": "migscope/dump/1",\n"capture": ${jsonLine(this.capture)},\n"events": [\n`;
  }
}

export class JsonDump implements StreamSink {
  readonly wantsDeviceState = true;
  readonly rawDevices: boolean;
  readonly wantsMappedPages: boolean;
  /** The last section that started; pages belong to it. */
  private section = { idstr: '', instance: 0 };
  private readonly names: string[] = [];
  /** Long bytes of the object that is being made, in order, and the string that stands in it for each. */
  private readonly long: Uint8Array[] = [];
  private readonly place = randomUUID();
  private readonly label: { readonly channel?: string };

  constructor(
    private readonly out: JsonOutput,
    private readonly options: DumpOptions,
    /** Said in every object, where there are several channels. */
    channel?: string,
  ) {
    this.rawDevices = options.rawDevices === true;
    this.wantsMappedPages = options.pages || options.memory;
    this.label = channel === undefined ? {} : { channel };
  }

  event(event: StreamEvent): void {
    if (event.kind === 'section-start') this.section = event;
    const object = this.object(event);
    if (object) this.out.put(this.inPieces(jsonLine({ ...object, ...this.label })));
  }

  /** The text with long bytes in their places, which would be several times as large in one string. */
  private inPieces(text: string): string | Iterable<string> {
    if (this.long.length === 0) return text;
    return pieces(text.split(this.place), this.long.splice(0));
  }

  pages(batch: PageBatch): void {
    const { pages, memory, selected } = this.options;
    if (!(pages || memory) || (selected && !selected.section(this.section))) return;
    const { out } = this;
    const label = this.label.channel === undefined ? '' : `,"channel":${jsonLine(this.label.channel)}`;
    for (let i = 0; i < batch.length; i++) {
      const index = batch.block[i]!;
      const name = (this.names[index] ??= jsonLine(batch.blocks[index]!.name));
      const kind = batch.kind[i]!;
      let text = `{"event":"page","offset":${batch.offset[i]},"kind":"${PAGE_KINDS[kind]}","block":${name},"address":${batch.address[i]}`;
      if (kind !== PAGE_ZERO) text += `,"size":${batch.size[i]}`;
      if (memory && batch.size[i]! > 0) text += `,"data":${JSON.stringify(this.bytes(bodyOf(batch, i)))}`;
      out.put(`${text}${label}}`);
    }
  }

  /** The object of an event, or undefined for what is not selected. */
  private object(event: StreamEvent): object | undefined {
    const { kind, ...rest } = event;
    const { selected } = this.options;
    switch (event.kind) {
      case 'begin':
        return { event: kind, schema: 'migscope/dump/1', ...rest };
      case 'device-state':
        return this.deviceState(event);
      case 'vmdesc':
        return selected
          ? undefined
          : { event: kind, offset: event.offset, length: event.length, ...this.vmdesc(event) };
      case 'problem':
        return { event: kind, offset: event.offset, finding: event.finding };
      case 'record':
        return selected && !selected.section(this.section)
          ? undefined
          : { event: kind, ...rest, fields: this.fields(event.fields) };
      case 'device-packet': {
        const { data, ...packet } = event;
        if (selected && !selected.section(event)) return undefined;
        return {
          ...packet,
          event: kind,
          kind: undefined,
          dataLength: data.length,
          ...(this.options.memory && { data: this.bytes(data) }),
        };
      }
      case 'section-start':
      case 'section-end':
      case 'ram-blocks':
      case 'ram-mark':
      case 'page-size':
        return selected && !selected.section(this.section) ? undefined : { event: kind, ...rest };
      case 'end':
      case 'skipped':
        return { event: kind, ...rest };
      case 'command':
        return selected ? undefined : { event: kind, ...rest, ...(event.raw && { raw: this.bytes(event.raw) }) };
      default:
        return selected ? undefined : { event: kind, ...rest };
    }
  }

  private deviceState(event: EventOf<'device-state'>): object | undefined {
    const { offset, id, idstr, instance, version, payload, state, note } = event;
    const { selected } = this.options;
    const head = {
      event: event.kind,
      offset,
      id,
      idstr,
      instance,
      version,
      length: payload.length,
      ...(note !== undefined && { note }),
    };
    if (!state) return selected && !selected.section(event) ? undefined : { ...head, data: this.bytes(payload) };
    const tree = stateTree(state, payload, event, selected);
    if (selected && isEmpty(tree) && !selected.section(event)) return undefined;
    return { ...head, state: this.struct(tree, offset) };
  }

  private struct(tree: StateStruct, base: number): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    const meanings: Record<string, unknown> = {};
    for (const field of tree.fields) {
      put(fields, field.name, this.field(field, base));
      const known = interpreted(field, tree);
      if (known) put(meanings, field.name, known);
    }
    const subsections: Record<string, unknown> = {};
    for (const subsection of tree.subsections) put(subsections, subsection.vmsd, this.struct(subsection, base));
    const { vmsd, version } = tree;
    return {
      vmsd,
      version,
      fields,
      ...(Object.keys(meanings).length > 0 && { meanings }),
      ...(tree.subsections.length > 0 && { subsections }),
    };
  }

  private field(field: StateField, base: number): unknown {
    const values = field.values.map((value) =>
      isStruct(value) ? this.struct(value, base) : this.value(value, field.meaning),
    );
    const value = field.array ? values : values[0];
    if (!this.options.offsets) return value;
    return {
      type: field.type,
      offset: base + field.start,
      size: field.size,
      ...(field.mismatch !== undefined && { note: field.mismatch }),
      value,
    };
  }

  private value(value: FieldValue, meaning?: Meaning): unknown {
    if (value instanceof Uint8Array) return this.bytes(value);
    if (!meaning || meaning.kind === 'address' || (typeof value !== 'number' && typeof value !== 'bigint'))
      return value;
    return { value, names: namesOf(meaning, value) };
  }

  private fields(fields: RecordFields): unknown {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, this.recordValue(value)]));
  }

  private recordValue(value: RecordValue): unknown {
    if (value instanceof Uint8Array) return this.bytes(value);
    if (Array.isArray(value)) return (value as readonly RecordValue[]).map((element) => this.recordValue(element));
    return typeof value === 'object' ? this.fields(value as RecordFields) : value;
  }

  private bytes(bytes: Uint8Array): unknown {
    const { maxBytes } = this.options;
    if (bytes.length > LONG && bytes.length <= maxBytes) {
      this.long.push(bytes);
      return this.place;
    }
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maxBytes)).toString('hex');
    return bytes.length > maxBytes ? { hex, length: bytes.length } : hex;
  }

  private vmdesc(event: EventOf<'vmdesc'>): Record<string, unknown> {
    if (!event.description) return {};
    const { devices, text } = event.description;
    return { devices: devices.length, ...(this.options.desc && { description: plain(parseJson(text)) }) };
  }
}

/** Bytes from which on a value is written in pieces, and the size of those. */
const LONG = 1 << 18;
const PIECE = 1 << 16;

function* pieces(between: readonly string[], long: readonly Uint8Array[]): Generator<string> {
  for (const [i, text] of between.entries()) {
    yield text;
    const bytes = long[i];
    for (let at = 0; bytes && at < bytes.length; at += PIECE)
      yield Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(PIECE, bytes.length - at)).toString('hex');
  }
}

/** The bytes of a page record's body. */
export function bodyOf(batch: PageBatch, i: number): Uint8Array {
  return batch.window.subarray(batch.start[i]!, batch.start[i]! + batch.size[i]!);
}

/** An own property even for a name such as `__proto__`. */
function put(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function plain(value: JsonValue): unknown {
  if (value instanceof JsonObject) {
    const object: Record<string, unknown> = {};
    for (const [key, inner] of value.unique()) put(object, key, plain(inner));
    return object;
  }
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(plain) : value;
}
