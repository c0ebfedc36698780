/**
 * The layouts of payloads that the vmdesc names but does not describe: virtio devices, PCI config space, devices of the old style.
 *
 * A layout is tried on a field whose extent the vmdesc proves, or on a section whose extent the footer proves, and holds only where it accounts for every
 * byte; else the bytes stay bytes, and the failure says which layout it was, where, and why.
 */
import { Cutter, type InnerLayout, LayoutMismatch } from './cutter.js';
import {
  type DecodedState,
  decodeState,
  type Interpretations,
  type OpaqueContents,
  type OpaqueDecoder,
} from './decode.js';
import { LAYOUTS } from './devices/index.js';
import type { VmsdDescription } from './vmdesc.js';

/** What a layout may know of the field that it is for. */
export interface OpaqueField {
  /** The section: its idstr, and the version of its vmsd. */
  readonly idstr: string;
  readonly sectionVersion: number;
  /** The machine type of the configuration section. */
  readonly machine?: string;
  /** Types that stay bytes where they stand within another opaque field: for who does not look at them. */
  readonly asBytes?: ReadonlySet<string>;
  /** The vmsd that holds the field; empty where the payload is a whole section. */
  readonly vmsd: string;
  readonly field: string;
  readonly type: string;
  readonly size: number;
}

/** A description of one kind of payload. */
export interface OpaqueLayout {
  /** In findings. */
  readonly name: string;
  /** Types of the vmdesc that it is for. */
  readonly types?: readonly string[];
  /** Fields that it is for, as `vmsd/field`. */
  readonly fields?: readonly string[];
  /** Sections that it is for as a whole, where no vmdesc describes them or it describes nothing but bytes (devices of the old style). */
  readonly sections?: RegExp;
  /** Cuts the field, all of it. @returns what it turned out to be, as the name of the structure */
  readonly cut: (cut: Cutter, of: OpaqueField) => string;
}

/** What a section is known by. */
export type OpaqueContext = Pick<OpaqueField, 'idstr' | 'sectionVersion' | 'machine' | 'asBytes'>;

const BY_TYPE = new Map<string, OpaqueLayout>();
const BY_FIELD = new Map<string, OpaqueLayout>();
const BY_SECTION: OpaqueLayout[] = [];
for (const layout of LAYOUTS) {
  for (const type of layout.types ?? []) BY_TYPE.set(type, layout);
  for (const field of layout.fields ?? []) BY_FIELD.set(field, layout);
  if (layout.sections) BY_SECTION.push(layout);
}

/**
 * Decodes the payload of a section, and what is opaque in it.
 *
 * @param description what the vmdesc says of it; without it, only sections that have a layout of their own are decoded
 * @param interpretations what is said beside the values of fields that the vmdesc describes
 */
export function decodeContents(
  description: VmsdDescription | undefined,
  payload: Uint8Array,
  context: OpaqueContext,
  interpretations?: Interpretations,
): DecodedState {
  const whole = !description || isOldStyle(description) ? layoutOfSection(context.idstr) : undefined;
  if (!whole) return description ? decodeState(description, payload, opaqueDecoder(context), interpretations) : {};
  const field = { ...context, vmsd: '', field: '', type: '', size: payload.length };
  const { struct, failures } = lookInside(whole, field, payload, 0);
  if (struct) return { state: struct, failures };
  return description ? { ...decodeState(description, payload), failures } : { failures };
}

/** Looks for a layout for each field that the vmdesc leaves as bytes. */
function opaqueDecoder(context: OpaqueContext): OpaqueDecoder {
  return (vmsd, { name, type, start, size, count }, payload) => {
    if (count !== 1) return undefined;
    const field = { ...context, vmsd, field: name, type, size };
    const layout = layoutOf(field);
    return layout && lookInside(layout, field, payload, start);
  };
}

/** `vmstate_save_old_style` (migration/savevm.c): no vmsd, and one field that holds everything. */
function isOldStyle({ vmsdName, fields }: VmsdDescription): boolean {
  return vmsdName === '' && fields.length === 1 && fields[0]!.name === 'data';
}

/** The layout of a field, if there is one. */
function layoutOf(field: Pick<OpaqueField, 'vmsd' | 'field' | 'type'>): OpaqueLayout | undefined {
  return BY_TYPE.get(field.type) ?? BY_FIELD.get(`${field.vmsd}/${field.field}`);
}

/** The layout of a section as a whole, if there is one. */
function layoutOfSection(idstr: string): OpaqueLayout | undefined {
  return BY_SECTION.find(({ sections }) => sections!.test(idstr));
}

/** Names the contents of the field that starts at `start` of a payload. */
function lookInside(layout: OpaqueLayout, field: OpaqueField, payload: Uint8Array, start: number): OpaqueContents {
  const cut = new Cutter(payload, start, start + field.size, innerOf(field));
  try {
    const label = cut.within(field.size, () => layout.cut(cut, field));
    // A section as a whole has the version of its header.
    const version = field.vmsd === '' ? field.sectionVersion : undefined;
    return { struct: cut.result(label, start, version), failures: cut.failures };
  } catch (error) {
    if (!(error instanceof LayoutMismatch)) throw error;
    return { failures: [{ layout: layout.name, offset: error.offset, reason: error.message }] };
  }
}

/** Layouts of fields within a field are found by their type alone. */
function innerOf(outer: OpaqueField): InnerLayout {
  return (type, size) => {
    const layout = outer.asBytes?.has(type) ? undefined : BY_TYPE.get(type);
    return layout && ((cut) => layout.cut(cut, { ...outer, field: type, type, size }));
  };
}
