/** Compares the state of devices field by field, wherever both sides have the field. */
import type { FieldNode, StructNode } from '../vmstate/decode.js';
import { namesOf } from '../vmstate/meaning.js';
import { elementValue, type FieldValue } from '../vmstate/values.js';
import { alignFields } from './align.js';
import { layoutOfState } from './layout.js';

/** A field, or elements of one, that differ. */
export interface ValueDifference {
  /** The section, `idstr` or `idstr#instance`. */
  readonly section: string;
  /** Names joined by `/`; empty for a section that is compared as bytes. */
  readonly path: string;
  readonly type: string;
  /** The values; of bytes those of the first range, at most 64. */
  readonly a?: FieldValue;
  readonly b?: FieldValue;
  /** What the numbers stand for, where that is known. */
  readonly names?: readonly [a: readonly string[], b: readonly string[]];
  /** What differs of a buffer in bytes, or of an array in elements, as `[first, count]`. */
  readonly ranges?: readonly (readonly [start: number, length: number])[];
  /** How many bytes or elements differ, where there are ranges. */
  readonly differing?: number;
  /** Bytes or elements on each side, where they are not the same. */
  readonly sizes?: readonly [a: number, b: number];
}

export interface ValueSide {
  readonly payload: Uint8Array;
  readonly state?: StructNode;
}

/** Elements of an array that are told one by one. */
const MAX_ELEMENTS = 16;
const MAX_RANGES = 1000;
const MAX_SHOWN = 64;
/** Differences of one section that are told; no two saves of a guest come near. */
const MAX_FOUND = 10_000;
const BYTES = 'buffer';

type Found = Omit<ValueDifference, 'section'>;

/** Every difference between two payloads; nothing for fields that only one of them has. */
export function compareValues(a: ValueSide, b: ValueSide): Found[] {
  if (isSame(a.payload, b.payload)) return [];
  const found: Found[] = [];
  if (a.state && b.state) new Walker(a.payload, b.payload, found).structs(a.state, b.state, '');
  else found.push(bytesDifference('', BYTES, a.payload, b.payload));
  return found;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

class Walker {
  constructor(
    private readonly a: Uint8Array,
    private readonly b: Uint8Array,
    private readonly found: Found[],
  ) {}

  structs(a: StructNode, b: StructNode, path: string): void {
    if (isSame(this.a.subarray(a.start, a.end), this.b.subarray(b.start, b.end)) && a.vmsdName === b.vmsdName) return;
    if (this.found.length >= MAX_FOUND) return;
    for (const [one, other] of pairedFields(a, b)) this.fields(one, other, path);
    const others = new Map(b.subsections.map((subsection) => [subsection.vmsdName, subsection]));
    for (const subsection of a.subsections) {
      const other = others.get(subsection.vmsdName);
      if (other) this.structs(subsection, other, `${path}${subsection.vmsdName}/`);
    }
  }

  /** All runs of one name: a field, or the elements of an array. */
  private fields(a: readonly FieldNode[], b: readonly FieldNode[], path: string): void {
    const first = a[0]!;
    const own = `${path}${first.name}`;
    const structsA = a.flatMap(({ structs }) => structs ?? []);
    const structsB = b.flatMap(({ structs }) => structs ?? []);
    const array = isArray(a) || isArray(b);
    if (structsA.length > 0 && structsB.length > 0) {
      const count = Math.min(structsA.length, structsB.length);
      for (let i = 0; i < count; i++) this.structs(structsA[i]!, structsB[i]!, array ? `${own}[${i}]/` : `${own}/`);
      if (structsA.length !== structsB.length)
        this.found.push({ path: own, type: first.type, sizes: [structsA.length, structsB.length] });
      return;
    }
    const valuesA = new Elements(a);
    const valuesB = new Elements(b);
    if (valuesA.length === 1 && valuesB.length === 1 && !array) this.single(valuesA.at(0), valuesB.at(0), own);
    else this.array(valuesA, valuesB, own, first.type);
  }

  private single(a: Element, b: Element, path: string): void {
    if (isSame(this.bytes(a, this.a), this.bytes(b, this.b))) return;
    const [x, y] = [this.value(a, this.a), this.value(b, this.b)];
    // Where bytes of another length come before, the same bytes do not stand at the same place.
    if ((x instanceof Uint8Array || y instanceof Uint8Array) && a.node.size !== b.node.size)
      this.found.push({ path, type: a.node.type, sizes: [a.node.size, b.node.size] });
    else if (x instanceof Uint8Array || y instanceof Uint8Array)
      this.found.push(bytesDifference(path, a.node.type, this.bytes(a, this.a), this.bytes(b, this.b)));
    else if (x !== y) {
      const names = [namesOfValue(a.node, x), namesOfValue(b.node, y)] as const;
      const named = names.some(({ length }) => length > 0);
      this.found.push({ path, type: a.node.type, a: x, b: y, ...(named && { names }) });
    }
  }

  private array(a: Elements, b: Elements, path: string, type: string): void {
    const count = Math.min(a.length, b.length);
    const differing = new RangeList();
    const first: number[] = [];
    for (let i = 0; i < count; i++) {
      if (isSame(this.bytes(a.at(i), this.a), this.bytes(b.at(i), this.b))) continue;
      differing.add(i);
      if (first.length < MAX_ELEMENTS) first.push(i);
    }
    const sizes = a.length === b.length ? {} : { sizes: [a.length, b.length] as const };
    if (differing.count > MAX_ELEMENTS) this.found.push({ path, type, ...differing.parts(), ...sizes });
    else {
      for (const i of first) this.single(a.at(i), b.at(i), `${path}[${i}]`);
      if (a.length !== b.length) this.found.push({ path, type, ...sizes });
    }
  }

  private bytes({ node, index }: Element, payload: Uint8Array): Uint8Array {
    return payload.subarray(node.start + index * node.size, node.start + (index + 1) * node.size);
  }

  private value({ node, index }: Element, payload: Uint8Array): FieldValue {
    return elementValue(node, payload, index);
  }
}

interface Element {
  readonly node: FieldNode;
  readonly index: number;
}

/** The elements of an array, in however many runs it is described. */
class Elements {
  readonly length: number;
  private run = 0;
  /** Elements before the current run. */
  private before = 0;

  constructor(private readonly nodes: readonly FieldNode[]) {
    this.length = nodes.reduce((sum, { count }) => sum + count, 0);
  }

  at(i: number): Element {
    if (i < this.before) this.run = this.before = 0;
    while (i >= this.before + this.nodes[this.run]!.count) this.before += this.nodes[this.run++]!.count;
    return { node: this.nodes[this.run]!, index: i - this.before };
  }
}

function isArray(nodes: readonly FieldNode[]): boolean {
  const [first] = nodes as readonly [FieldNode, ...FieldNode[]];
  return nodes.length > 1 || first.count !== 1 || first.index !== undefined || (first.structs?.length ?? 0) > 1;
}

function namesOfValue({ meaning, interpretation }: FieldNode, value: FieldValue): readonly string[] {
  const known = meaning ?? interpretation?.meaning;
  return known && (typeof value === 'number' || typeof value === 'bigint') ? namesOf(known, value) : [];
}

type Fields = readonly FieldNode[];

/** Fields of one name; and where the names are not all the same, those that are the same on the wire. */
function pairedFields(a: StructNode, b: StructNode): (readonly [Fields, Fields])[] {
  const groupsA = groups(a.fields);
  const groupsB = groups(b.fields);
  const alike =
    groupsA.length === groupsB.length && groupsA.every((group, i) => group[0]!.name === groupsB[i]![0]!.name);
  if (alike) return groupsA.map((group, i) => [group, groupsB[i]!] as const);
  const context = { kindA: 'written', kindB: 'written', counts: true, vmsd: a.vmsdName } as const;
  return alignFields(layoutOfState(a).fields, layoutOfState(b).fields, context).flatMap((pair) =>
    pair.kind === 'same' || pair.kind === 'renamed' ? [[pair.a.nodes ?? [], pair.b.nodes ?? []] as const] : [],
  );
}

function groups(fields: Fields): FieldNode[][] {
  const found: FieldNode[][] = [];
  for (const field of fields) {
    const last = found[found.length - 1];
    if (last?.[0]!.name === field.name) last.push(field);
    else found.push([field]);
  }
  return found;
}

function bytesDifference(path: string, type: string, a: Uint8Array, b: Uint8Array): Found {
  const differing = new RangeList();
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) differing.add(i);
  const [first] = differing.ranges;
  const shown = (bytes: Uint8Array): Uint8Array =>
    Uint8Array.from(first ? bytes.subarray(first[0], first[0] + Math.min(first[1], MAX_SHOWN)) : []);
  return {
    path,
    type,
    ...(first && { a: shown(a), b: shown(b), ...differing.parts() }),
    ...(a.length !== b.length && { sizes: [a.length, b.length] }),
  };
}

/** Numbers in ascending order, joined to ranges. */
class RangeList {
  count = 0;
  readonly ranges: [number, number][] = [];

  add(i: number): void {
    this.count++;
    const last = this.ranges[this.ranges.length - 1];
    if (last && last[0] + last[1] === i) last[1]++;
    else if (this.ranges.length < MAX_RANGES) this.ranges.push([i, 1]);
  }

  parts(): Pick<Found, 'ranges' | 'differing'> {
    return { ranges: this.ranges, differing: this.count };
  }
}
