/**
 * The layout of device state in one shape, wherever it comes from: the state of a stream (written: what one source sent), its vmdesc, or
 * a dump of what a build declares.
 */
import type { FieldNode, StructNode } from '../vmstate/decode.js';
import type { DumpedField, DumpedVmsd, VmstateDump } from '../vmstate/dump.js';
import type { FieldDescription, VmsdDescription, VmstateDescription } from '../vmstate/vmdesc.js';

/**
 * `written`: what a source sent; its loader is not seen, and a field that is missing may be one that is not always sent.
 * `declared`: all that a build can send and load, without types.
 */
export type LayoutKind = 'written' | 'declared';

export interface Layout {
  readonly kind: LayoutKind;
  readonly machine?: string;
  readonly pageSize?: number;
  /** Lengths of arrays are known. Dumps before 9.0 do not have them. */
  readonly counts: boolean;
  readonly sections: readonly LayoutSection[];
}

export interface LayoutSection {
  /** The idstr; of a dump the name of the device class. */
  readonly idstr: string;
  readonly instance: number;
  readonly version: number;
  /** The oldest version that the loader takes, where it is declared. */
  readonly minimum?: number;
  /** None for a section that nothing describes. */
  readonly struct?: LayoutStruct;
  /** Bytes of the payload, where it was read. */
  readonly payload?: Uint8Array;
  /** What it was decoded to. */
  readonly state?: StructNode;
}

export interface LayoutStruct {
  readonly vmsd: string;
  readonly version: number;
  readonly minimum?: number;
  readonly fields: readonly LayoutField[];
  readonly subsections: readonly LayoutStruct[];
}

export interface LayoutField {
  readonly name: string;
  readonly type?: string;
  /** Bytes of one element: on the wire, or for what is declared in the memory of QEMU. */
  readonly size: number;
  /** Elements; undefined where the dump does not say. */
  readonly count?: number;
  /** Bytes of all elements, where these are not all of one size. */
  readonly total?: number;
  /** The version that brought it, where that is declared. */
  readonly since?: number;
  /** Not always sent, where that is declared. */
  readonly conditional?: boolean;
  /** The contents: one for all elements, or one for each. */
  readonly structs?: readonly LayoutStruct[];
  /** Where it lies in the payload, one node for each run of elements. */
  readonly nodes?: readonly FieldNode[];
}

/** The layout that a stream describes at its end. */
export function layoutOfVmdesc(description: VmstateDescription): Layout {
  return {
    kind: 'written',
    counts: true,
    ...(description.pageSize !== undefined && { pageSize: description.pageSize }),
    sections: description.devices.map((device) => ({
      idstr: device.name,
      instance: device.instance,
      version: device.version,
      // States without a vmsd are described as one buffer.
      ...(device.vmsdName !== '' && { struct: describedStruct(device) }),
    })),
  };
}

/** The layout that a build declares. */
export function layoutOfDump(dump: VmstateDump): Layout {
  return {
    kind: 'declared',
    counts: dump.devices.some(({ description }) => description !== undefined && hasCounts(description)),
    ...(dump.machine !== undefined && { machine: dump.machine }),
    sections: dump.devices.map(({ name, version, minimum, description }) => ({
      idstr: name,
      instance: 0,
      version,
      minimum,
      ...(description && { struct: declaredStruct(description) }),
    })),
  };
}

/** The layout of a payload as it was decoded: with what the vmdesc hides, where a decoder for it is built in. */
export function layoutOfState(state: StructNode): LayoutStruct {
  return {
    vmsd: state.vmsdName,
    // What has no version on the wire has the same on both sides.
    version: state.version ?? 0,
    fields: grouped(state.fields, ({ name }) => name).map(decodedField),
    subsections: state.subsections.map(layoutOfState),
  };
}

function decodedField(nodes: readonly FieldNode[]): LayoutField {
  const [first] = nodes as readonly [FieldNode, ...FieldNode[]];
  // Elements of a run are described by the first of them.
  const structs = nodes.flatMap(({ structs: all, count, type }) =>
    all && count > 1 && all.length === count && type === 'struct' ? all.slice(0, 1) : (all ?? []),
  );
  return {
    ...elements(nodes),
    name: first.name,
    type: first.type,
    ...(nodes.some((node) => node.structs) &&
      isDescribed(structs, first.size) && { structs: structs.map(layoutOfState) }),
    nodes,
  };
}

/** A struct without fields that has bytes is described wrongly: 9.2 and older write so of arrays of pointers. */
function isDescribed(structs: readonly { readonly fields: readonly unknown[] }[], size: number): boolean {
  return structs.some(({ fields }) => fields.length > 0) || size === 0;
}

function describedStruct(vmsd: VmsdDescription): LayoutStruct {
  return {
    vmsd: vmsd.vmsdName,
    version: vmsd.version,
    fields: grouped(vmsd.fields, ({ name }) => name).map(describedField),
    subsections: vmsd.subsections.map(describedStruct),
  };
}

function describedField(entries: readonly FieldDescription[]): LayoutField {
  const [first] = entries as readonly [FieldDescription, ...FieldDescription[]];
  const structs = entries.flatMap(({ struct, elements: inline }) => (struct ? [struct] : (inline ?? [])));
  const sized = entries.map(({ size, arrayLength }) => ({ size, count: arrayLength ?? 1 }));
  return {
    ...elements(sized),
    name: first.name,
    type: first.type,
    ...(structs.length > 0 && isDescribed(structs, first.size) && { structs: structs.map(describedStruct) }),
  };
}

function declaredStruct(vmsd: DumpedVmsd): LayoutStruct {
  return {
    vmsd: vmsd.name,
    version: vmsd.version,
    minimum: vmsd.minimum,
    fields: vmsd.fields.map(declaredField),
    subsections: vmsd.subsections.map(declaredStruct),
  };
}

function hasCounts({ fields, subsections }: DumpedVmsd): boolean {
  return (
    fields.some(({ num, description }) => num !== undefined || (description && hasCounts(description))) ||
    subsections.some(hasCounts)
  );
}

function declaredField(field: DumpedField): LayoutField {
  return {
    name: field.name,
    size: field.size,
    ...(field.num !== undefined && { count: field.num }),
    since: field.version,
    conditional: field.conditional,
    ...(field.description && { structs: [declaredStruct(field.description)] }),
  };
}

/** Elements of one array are described in runs or one by one, each under its name. */
function grouped<T>(entries: readonly T[], nameOf: (entry: T) => string): T[][] {
  const groups: T[][] = [];
  let last: string | undefined;
  for (const entry of entries) {
    const name = nameOf(entry);
    if (name === last) groups[groups.length - 1]!.push(entry);
    else groups.push([entry]);
    last = name;
  }
  return groups;
}

/** Size and count of all runs together. */
function elements(
  runs: readonly { readonly size: number; readonly count: number }[],
): Pick<LayoutField, 'size' | 'count' | 'total'> {
  const { size } = runs[0]!;
  const count = runs.reduce((sum, run) => sum + run.count, 0);
  const total = runs.reduce((sum, run) => sum + run.size * run.count, 0);
  return { size, count, ...(total !== size * count && { total }) };
}

/** Bytes of all elements; undefined where they are not known: structs and pointers of a dump, and arrays of a length it does not say. */
export function wireSize(field: LayoutField, kind: LayoutKind): number | undefined {
  if (kind === 'written') return field.total ?? field.size * (field.count ?? 1);
  if (field.structs) {
    const inner = structSize(field.structs[0]!, kind);
    return inner === undefined || field.count === undefined ? inner : inner * field.count;
  }
  return field.size === 0 ? undefined : field.size * (field.count ?? 1);
}

/** Bytes of the fields of a struct that are always there. */
export function structSize(struct: LayoutStruct, kind: LayoutKind): number | undefined {
  let sum = 0;
  for (const field of struct.fields) {
    const size = field.conditional ? undefined : wireSize(field, kind);
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}

/** Types that the vmdesc shows as bytes, and whose length depends on what is in them: the layout behind them is not described. */
export function isOpaque({ type, structs }: LayoutField): boolean {
  return type !== undefined && structs === undefined && !KNOWN_TYPES.has(type) && !type.startsWith('nullptr');
}

const KNOWN_TYPES = new Set([
  ...['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'int32 equal', 'int32 le'],
  ...['uint8 equal', 'uint16 equal', 'uint32 equal', 'int64 equal', 'timer', 'CPU_Double_U', 'float64', 'buffer'],
  ...['unused_buffer', 'bitmap', 'struct', 'vstruct', 'tmp', 'ptr-marker', 'pci config', 'pci irq state', 'msix state'],
]);

export function isUnused({ type, name }: LayoutField): boolean {
  return type === undefined ? /^unused(\[\d+\])?$/.test(name) : type === 'unused_buffer';
}
