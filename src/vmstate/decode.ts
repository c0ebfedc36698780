/**
 * Cuts the payload of a device section into fields, as the vmdesc describes them.
 *
 * The result is a tree of extents; `values.ts` turns extents into values. Wire rules: `vmstate_save_state_v`,
 * `vmstate_subsection_save` (migration/vmstate.c).
 */
import { QEMU_VM_SUBSECTION } from '../wire/section.js';
import type { LayoutFailure } from './cutter.js';
import type { Interpretation } from './interpret/interpretation.js';
import type { Meaning } from './meaning.js';
import type { FieldDescription, VmsdDescription } from './vmdesc.js';

export interface StructNode {
  /** The vmsd, or what a layout calls the structure. */
  readonly vmsdName: string;
  /** Absent for structures within an opaque field that have none on the wire. */
  readonly version?: number;
  readonly start: number;
  readonly end: number;
  readonly fields: readonly FieldNode[];
  readonly subsections: readonly StructNode[];
}

/** A field, or a run of `count` elements of one, each `size` bytes, from `start` of the payload on. */
export interface FieldNode {
  readonly name: string;
  readonly type: string;
  readonly start: number;
  readonly size: number;
  readonly count: number;
  readonly index?: number;
  /** What the numbers stand for. */
  readonly meaning?: Meaning;
  /** What is known of a field that the vmdesc describes: said beside its value. */
  readonly interpretation?: Interpretation;
  /** The contents, one a `struct` element or list element; absent when the field is raw. */
  readonly structs?: readonly StructNode[];
  /** The description did not fit: why the contents are shown as bytes. */
  readonly mismatch?: string;
}

export interface DecodedState {
  readonly state?: StructNode;
  /** Why the section as a whole is shown as bytes. */
  readonly mismatch?: string;
  /** Layouts of opaque fields that do not fit. */
  readonly failures?: readonly LayoutFailure[];
}

export interface OpaqueContents {
  /** The contents; absent where no layout fits. */
  readonly struct?: StructNode;
  readonly failures: readonly LayoutFailure[];
}

/** Names the contents of a field that the vmdesc leaves as bytes, where there is a layout for it. */
export type OpaqueDecoder = (vmsd: string, field: FieldNode, payload: Uint8Array) => OpaqueContents | undefined;

/** What is known of the fields of a vmsd, by their names. */
export type Interpretations = (of: VmsdDescription) => ReadonlyMap<string, Interpretation> | undefined;

/** Decodes a whole payload. A description that does not account for every byte is refused as a whole. */
export function decodeState(
  description: VmsdDescription,
  payload: Uint8Array,
  opaque?: OpaqueDecoder,
  interpretations?: Interpretations,
): DecodedState {
  try {
    const walker = new Walker(payload, opaque, interpretations);
    const state = walker.struct(description, 0);
    if (state.end !== payload.length) {
      return { mismatch: `the description accounts for ${state.end} of ${payload.length} bytes` };
    }
    return { state, ...(walker.failures.length > 0 && { failures: walker.failures }) };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return { mismatch: error.message };
  }
}

class Mismatch extends Error {}
/** Ends the decoding of the section, not only of the field. */
class TooMany extends Mismatch {}

/** List types end with a 0 byte and have a 1 before each element. */
const MARKED_LISTS = new Set(['qtailq', 'qlist']);
const INLINE_STRUCTS = new Set(['vstruct', 'tmp']);

/** Fields that a section is cut into; the richest devices have some ten thousand. */
const MAX_FIELDS = 1 << 20;

class Walker {
  readonly failures: LayoutFailure[] = [];
  private fields = 0;

  constructor(
    private readonly payload: Uint8Array,
    private readonly opaque?: OpaqueDecoder,
    private readonly interpretations?: Interpretations,
  ) {}

  struct(description: VmsdDescription, start: number): StructNode {
    const known = this.interpretations?.(description);
    const fields: FieldNode[] = [];
    let at = start;
    for (const entry of description.fields) {
      const node = this.field(description.vmsdName, entry, at);
      const interpretation = known?.get(entry.name);
      fields.push(interpretation ? { ...node, interpretation } : node);
      at += node.size * node.count;
    }
    const subsections: StructNode[] = [];
    for (const entry of description.subsections) {
      const node = this.subsection(entry, at);
      subsections.push(node);
      at = node.end;
    }
    return { vmsdName: description.vmsdName, version: description.version, start, end: at, fields, subsections };
  }

  private subsection(description: VmsdDescription, start: number): StructNode {
    const { payload } = this;
    const name = Buffer.from(description.vmsdName);
    const body = start + 2 + name.length + 4;
    if (body > payload.length)
      throw new Mismatch(`subsection ${description.vmsdName} runs past the end of the section`);
    const there = payload[start] === QEMU_VM_SUBSECTION && payload[start + 1] === name.length;
    if (!there || name.compare(payload.subarray(start + 2, start + 2 + name.length)) !== 0) {
      throw new Mismatch(`subsection ${description.vmsdName} is not where the description has it`);
    }
    return this.struct(description, body);
  }

  private field(vmsd: string, entry: FieldDescription, start: number): FieldNode {
    // An array of nothing needs no elements, and a hostile count of them none at all.
    const count = entry.size === 0 ? 1 : (entry.arrayLength ?? 1);
    const whole = Number.isSafeInteger(count) && Number.isSafeInteger(entry.size) && count >= 0 && entry.size >= 0;
    if (!whole) throw new Mismatch(`field ${entry.name} has an impossible size`);
    if (start + entry.size * count > this.payload.length) {
      throw new Mismatch(`field ${entry.name} runs past the end of the section`);
    }
    if (++this.fields > MAX_FIELDS) throw new TooMany(`the description has more than ${MAX_FIELDS} fields`);
    const node: FieldNode = {
      name: entry.name,
      type: entry.type,
      start,
      size: entry.size,
      count,
      ...(entry.index !== undefined && { index: entry.index }),
    };
    try {
      const structs = this.contents(entry, node);
      return structs ? { ...node, structs } : this.inside(vmsd, node);
    } catch (error) {
      if (!(error instanceof Mismatch) || error instanceof TooMany) throw error;
      return { ...node, mismatch: error.message };
    }
  }

  /** What a layout says of a field that is bytes to the description. */
  private inside(vmsd: string, node: FieldNode): FieldNode {
    const contents = this.opaque?.(vmsd, node, this.payload);
    if (!contents) return node;
    this.failures.push(...contents.failures);
    if (contents.struct) return { ...node, structs: [contents.struct] };
    return { ...node, mismatch: contents.failures[0]?.reason ?? 'no layout fits' };
  }

  private contents(entry: FieldDescription, node: FieldNode): StructNode[] | undefined {
    if (entry.struct) {
      const structs: StructNode[] = [];
      for (let i = 0; i < node.count; i++) {
        const from = node.start + i * node.size;
        const struct = this.struct(entry.struct, from);
        if (struct.end - from !== node.size)
          throw new Mismatch(`struct of ${node.size} bytes is described with ${struct.end - from}`);
        structs.push(struct);
      }
      return structs;
    }
    if (!entry.elements || node.count !== 1) return undefined;
    if (MARKED_LISTS.has(entry.type)) return this.list(entry.elements, node);
    if (!INLINE_STRUCTS.has(entry.type)) return undefined;
    const struct = this.struct(entry.elements[0]!, node.start);
    if (struct.end !== node.start + node.size)
      throw new Mismatch(`${entry.type} of ${node.size} bytes is described with ${struct.end - node.start}`);
    return [struct];
  }

  private list(elements: readonly VmsdDescription[], node: FieldNode): StructNode[] {
    const structs: StructNode[] = [];
    let at = node.start;
    for (const element of elements) {
      if (this.payload[at] === 0) throw new Mismatch(`list ends before element ${structs.length}`);
      const struct = this.struct(element, at + 1);
      structs.push(struct);
      at = struct.end;
    }
    if (this.payload[at] !== 0 || at + 1 !== node.start + node.size)
      throw new Mismatch('list does not end behind its last element');
    return structs;
  }
}
