/**
 * Cuts a payload into named fields from its start on: what the layouts under `devices/` are written with.
 *
 * Every read is checked against the end of what is being cut; what does not fit throws a `LayoutMismatch`, which never leaves `opaque.ts`.
 * Integers are big-endian unless the type says `le`.
 */
import type { FieldNode, StructNode } from './decode.js';
import type { Meaning } from './meaning.js';
import { elementValue, type FieldValue } from './values.js';
import { QEMU_VM_SUBSECTION } from '../wire/section.js';

/** A layout does not fit the bytes at `offset` of the payload. */
export class LayoutMismatch extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
    this.name = 'LayoutMismatch';
  }
}

/** Why a part of a payload stays bytes. */
export interface LayoutFailure {
  readonly layout: string;
  /** In the payload, in bytes. */
  readonly offset: number;
  readonly reason: string;
}

/** Names the contents of an opaque field of some type within another, where there is a layout of that type; its result names the structure. */
export type InnerLayout = (type: string, size: number) => ((cut: Cutter) => string) | undefined;

/** Bytes of the integers that a layout can read. */
const INTEGER_SIZE = {
  bool: 1,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  int32: 4,
  int64: 8,
  le16: 2,
  le24: 3,
  le32: 4,
  le64: 8,
} as const;

export type IntegerType = keyof typeof INTEGER_SIZE;
type Wide = 'uint64' | 'int64' | 'le64';
type ValueOf<T extends IntegerType> = T extends Wide ? bigint : T extends 'bool' ? boolean : number;

/** A row of a table of fields: name, type or number of bytes (of text: `text` and their number), what it stands for. */
export type FieldRow = readonly [name: string, type: IntegerType | 'mac' | `text${number}` | number, meaning?: Meaning];

/** Nodes that one payload is cut into; the richest have some thousands. */
const MAX_NODES = 1 << 18;
const MAC_BYTES = 6;

interface Frame {
  readonly fields: FieldNode[];
  readonly subsections: StructNode[];
}

export class Cutter {
  readonly failures: LayoutFailure[] = [];
  private frame: Frame = { fields: [], subsections: [] };
  private nodes = 0;
  /** Where the field starts that was cut last. */
  private last: number;

  constructor(
    readonly payload: Uint8Array,
    private position: number,
    private end: number,
    private readonly inner: InnerLayout = () => undefined,
  ) {
    this.last = position;
  }

  /** Offset in the payload of what comes next. */
  get at(): number {
    return this.position;
  }

  /** Bytes up to the end of what is being cut. */
  get remaining(): number {
    return this.end - this.position;
  }

  /** What has been cut so far, as the contents of a field. */
  result(label: string, start: number, version?: number): StructNode {
    const { fields, subsections } = this.frame;
    return {
      vmsdName: label,
      ...(version !== undefined && { version }),
      start,
      end: this.position,
      fields,
      subsections,
    };
  }

  fail(reason: string, offset = this.position): never {
    throw new LayoutMismatch(reason, offset);
  }

  /** Fails unless `holds`, for what no QEMU writes; at the field that was cut last unless something else is said. */
  check(holds: boolean, reason: string, offset = this.last): void {
    if (!holds) this.fail(reason, offset);
  }

  // Looking ahead, without cutting.

  /** A big-endian integer of 1, 2, 4 or 8 bytes `ahead` of what comes next; undefined where it would pass the end. */
  peek(type: IntegerType, ahead = 0): number | bigint | undefined {
    const start = this.position + ahead;
    const size = INTEGER_SIZE[type];
    if (ahead < 0 || start + size > this.end) return undefined;
    const value = elementValue({ name: '', type, start, size, count: 1 }, this.payload, 0);
    return typeof value === 'boolean' ? Number(value) : (value as number | bigint);
  }

  /** The bytes `ahead` of what comes next. */
  look(size: number, ahead = 0): Uint8Array {
    if (size < 0 || ahead < 0 || this.position + ahead + size > this.end) this.fail(`${size} bytes would pass the end`);
    return this.payload.subarray(this.position + ahead, this.position + ahead + size);
  }

  /** True when a subsection of this name comes next. */
  atSubsection(name: string): boolean {
    return isSubsection(this.payload.subarray(0, this.end), this.position, name);
  }

  /** Bytes from what comes next to the first subsection with one of these names, `ahead` or further; undefined where there is none. */
  findSubsection(wanted: readonly string[], ahead = 0): number | undefined {
    const bytes = this.payload.subarray(0, this.end);
    for (let at = this.position + ahead; ; at++) {
      at = bytes.indexOf(QEMU_VM_SUBSECTION, at);
      if (at < 0) return undefined;
      if (wanted.some((name) => isSubsection(bytes, at, name))) return at - this.position;
    }
  }

  // Cutting.

  integer<T extends IntegerType>(name: string, type: T, meaning?: Meaning): ValueOf<T> {
    return this.value(name, type, INTEGER_SIZE[type], meaning) as ValueOf<T>;
  }

  /** `count` integers in a row, under one name. */
  integers(name: string, type: IntegerType, count: number, meaning?: Meaning): void {
    this.add({ name, type, size: INTEGER_SIZE[type], count, index: 0, ...(meaning && { meaning }) });
  }

  u8(name: string, meaning?: Meaning): number {
    return this.integer(name, 'uint8', meaning);
  }

  u16(name: string, meaning?: Meaning): number {
    return this.integer(name, 'uint16', meaning);
  }

  u32(name: string, meaning?: Meaning): number {
    return this.integer(name, 'uint32', meaning);
  }

  u64(name: string, meaning?: Meaning): bigint {
    return this.integer(name, 'uint64', meaning);
  }

  bool(name: string): boolean {
    const byte = this.peek('uint8');
    this.check(byte === undefined || byte <= 1, `${name} is ${byte}, not 0 or 1`, this.position);
    return this.integer(name, 'bool');
  }

  /** Text in `size` bytes that ends at its first zero. */
  text(name: string, size: number): void {
    this.add({ name, type: 'text', size, count: 1 });
  }

  mac(name: string): void {
    this.value(name, 'mac', MAC_BYTES);
  }

  /** `count` Ethernet addresses in a row. */
  macs(name: string, count: number): void {
    this.add({ name, type: 'mac', size: MAC_BYTES, count, index: 0 });
  }

  /** Bytes without further meaning. */
  bytes(name: string, size: number, type = 'buffer'): Uint8Array {
    this.add({ name, type, size, count: 1 });
    return this.payload.subarray(this.position - size, this.position);
  }

  /** Bytes that QEMU does not use: of interest only where they are not zero. */
  unused(name: string, size: number): void {
    if (size > 0) this.bytes(name, size, 'unused');
  }

  /** The fields of a table, one after the other. */
  table(rows: readonly FieldRow[]): void {
    for (const [name, type, meaning] of rows) {
      if (typeof type === 'number') this.bytes(name, type);
      else if (type === 'mac') this.mac(name);
      else if (isInteger(type)) this.integer(name, type, meaning);
      else this.text(name, rowSize(type));
    }
  }

  /** The rows of a table that fit whole into what remains, for structures that grow with the version; the rest is one field of bytes. */
  tableUpToEnd(rows: readonly FieldRow[]): void {
    for (const row of rows) {
      if (rowSize(row[1]) > this.remaining) break;
      this.table([row]);
    }
    if (this.remaining > 0) this.bytes('rest', this.remaining);
  }

  /** A structure that ends where `fn` stops; `label` names it. */
  struct<R>(name: string, label: string, fn: (cut: Cutter) => R): R {
    const start = this.position;
    const [node, result] = this.child(label, fn);
    this.push({ name, type: 'struct', start, size: this.position - start, count: 1, structs: [node] });
    return result;
  }

  /** `count` structures in a row, of any sizes. */
  array(name: string, count: number, label: (i: number) => string, fn: (cut: Cutter, i: number) => void): void {
    const start = this.position;
    const structs: StructNode[] = [];
    for (let i = 0; i < count; i++) structs.push(this.child(label(i), (cut) => fn(cut, i))[0]);
    this.push({ name, type: 'list', start, size: this.position - start, count: 1, structs });
  }

  /** Structures in a row as long as `more` says so. `more` may cut what stands before an element, as part of the list. */
  list(name: string, more: (cut: Cutter) => boolean, label: (i: number) => string, fn: (cut: Cutter) => void): number {
    const start = this.position;
    const structs: StructNode[] = [];
    while (more(this)) structs.push(this.child(label(structs.length), fn)[0]);
    this.push({ name, type: 'list', start, size: this.position - start, count: 1, structs });
    return structs.length;
  }

  /** Steps over bytes that belong to the structure around them, such as the marks of a list. */
  skip(size: number): void {
    this.look(size);
    this.position += size;
  }

  /**
   * A subsection of the vmstate format with this name, if it comes next. `fn` gets its version.
   *
   * @returns true when it was there
   */
  subsection(name: string, fn: (cut: Cutter, version: number) => void): boolean {
    if (!this.atSubsection(name)) return false;
    const body = 2 + Buffer.byteLength(name);
    const version = Number(this.peek('uint32', body) ?? this.fail(`subsection ${name} passes the end`));
    this.skip(body + 4);
    const [node] = this.child(name, (cut) => fn(cut, version), version);
    this.count();
    this.frame.subsections.push(node);
    return true;
  }

  /** Lets `fn` cut the next `size` bytes, all of them. */
  within<R>(size: number, fn: (cut: Cutter) => R): R {
    const { end } = this;
    if (!(size >= 0 && size <= this.remaining)) this.fail(`${size} bytes would pass the end`);
    this.end = this.position + size;
    const result = fn(this);
    this.check(this.remaining === 0, `${this.remaining} bytes are left over`, this.position);
    this.end = end;
    return result;
  }

  /** The first of several readings of what comes next that fits. @throws LayoutMismatch of the one that came furthest */
  oneOf<R>(...readings: readonly ((cut: Cutter) => R)[]): R {
    let furthest: LayoutMismatch | undefined;
    for (const reading of readings) {
      const restore = this.mark();
      try {
        return reading(this);
      } catch (error) {
        if (!(error instanceof LayoutMismatch)) throw error;
        if (!furthest || error.offset > furthest.offset) furthest = error;
        restore();
      }
    }
    throw furthest ?? new LayoutMismatch('there is no layout', this.position);
  }

  /**
   * A field of `size` bytes whose contents `fn` cuts, all of them, and says what they are. Where they do not fit the field stays bytes and the
   * failure is noted; what is around it goes on.
   *
   * @returns true when the contents were named
   */
  part(name: string, type: string, size: number, layout: string, fn: (cut: Cutter) => string): boolean {
    const start = this.position;
    this.look(size);
    const restore = this.mark();
    const field = { name, type, start, size, count: 1 };
    try {
      const [node, label] = this.child(layout, (cut) => cut.within(size, fn));
      this.push({ ...field, structs: [{ ...node, vmsdName: label }] });
      return true;
    } catch (error) {
      if (!(error instanceof LayoutMismatch)) throw error;
      restore();
      this.failures.push({ layout, offset: error.offset, reason: error.message });
      this.position = start + size;
      this.push({ ...field, mismatch: error.message });
      return false;
    }
  }

  /** A field of a type that the registry may have a layout for, such as `pci config` within `virtio`; else bytes. */
  opaque(name: string, type: string, size: number): void {
    const layout = this.inner(type, size);
    if (!layout) {
      this.bytes(name, size, type);
      return;
    }
    this.part(name, type, size, type, layout);
  }

  private value(name: string, type: string, size: number, meaning?: Meaning): FieldValue {
    const node = this.add({ name, type, size, count: 1, ...(meaning && { meaning }) });
    return elementValue(node, this.payload, 0);
  }

  private add(field: Omit<FieldNode, 'start'>): FieldNode {
    const size = field.size * field.count;
    if (!(size >= 0 && size <= this.remaining))
      this.fail(`${field.name} takes ${size} bytes and ${this.remaining} are left`);
    const node = { ...field, start: this.position };
    this.push(node);
    this.last = this.position;
    this.position += size;
    return node;
  }

  private push(node: FieldNode): void {
    this.count();
    this.frame.fields.push(node);
  }

  private count(): void {
    if (++this.nodes > MAX_NODES) this.fail(`more than ${MAX_NODES} fields`);
  }

  private child<R>(label: string, fn: (cut: Cutter) => R, version?: number): [StructNode, R] {
    this.count();
    const outer = this.frame;
    const start = this.position;
    this.frame = { fields: [], subsections: [] };
    const result = fn(this);
    const node = this.result(label, start, version);
    this.frame = outer;
    return [node, result];
  }

  /** Remembers where everything stands; the function that it returns goes back there. */
  private mark(): () => void {
    const { position, end, frame } = this;
    const [fields, subsections, failures] = [frame.fields.length, frame.subsections.length, this.failures.length];
    return () => {
      this.position = position;
      this.end = end;
      this.frame = frame;
      frame.fields.length = fields;
      frame.subsections.length = subsections;
      this.failures.length = failures;
    };
  }
}

function isInteger(type: FieldRow[1]): type is IntegerType {
  return Object.hasOwn(INTEGER_SIZE, type);
}

/** Bytes of a row of a table. */
function rowSize(type: FieldRow[1]): number {
  if (typeof type === 'number') return type;
  if (isInteger(type)) return INTEGER_SIZE[type];
  return type === 'mac' ? MAC_BYTES : Number(type.slice('text'.length));
}

function isSubsection(bytes: Uint8Array, at: number, name: string): boolean {
  if (bytes[at] !== QEMU_VM_SUBSECTION || bytes[at + 1] !== name.length) return false;
  if (at + 2 + name.length > bytes.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[at + 2 + i] !== name.charCodeAt(i)) return false;
  return true;
}
