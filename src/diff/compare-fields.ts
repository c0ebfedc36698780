/** Compares one field of two layouts: its size on the wire, and what is in it. */
import { elementValue } from '../vmstate/values.js';
import type { FieldNode } from '../vmstate/decode.js';
import { compareConfigs } from './compare-pci.js';
import { compareStructs, describeField, type StructContext } from './compare-structs.js';
import {
  type Judgement,
  type LayoutDifference,
  layoutDifference,
  type LayoutDifferenceKind,
} from './layout-difference.js';
import { isOpaque, isUnused, type LayoutField, wireSize } from './layout.js';
import { embeddedSubsections, findInsertion, type Insertion } from './opaque.js';
import { isSameType } from './renames.js';
import {
  depends,
  type FieldSides,
  loads,
  notEqual,
  opaqueShifted,
  opaqueUnclear,
  opaqueUnread,
  sizeChanged,
  stateLost,
} from './verdict.js';

/** Lists say themselves where they end. */
const LISTS = new Set(['qtailq', 'qlist', 'gtree']);

export function compareFields(
  a: LayoutField,
  b: LayoutField,
  path: string,
  toB: FieldSides,
  toA: FieldSides,
  context: StructContext,
): void {
  const own = `${path}${a.name}`;
  const report = (kind: LayoutDifferenceKind, message: string, aToB: Judgement, bToA: Judgement): void => {
    const sides = { a: describeField(a), b: describeField(b) };
    context.found.push(layoutDifference(kind, { section: context.section, path: own, message, ...sides, aToB, bToA }));
  };
  presence(a, b, toB, toA, report);
  if (LISTS.has(a.type ?? '') && a.type === b.type) {
    elementsOf(a, b, own, context, 1);
    return;
  }
  if (a.type === 'pci config' && b.type === 'pci config') {
    const [spaceA, spaceB] = [bytesOf(a, context.payloadA), bytesOf(b, context.payloadB)];
    if (spaceA && spaceB) {
      context.found.push(...compareConfigs(spaceA, spaceB, context.section, own));
      return;
    }
  }
  const before = context.found.length;
  if (a.structs && b.structs) {
    const alike = a.count === undefined || b.count === undefined || a.count === b.count;
    if (!alike) length(a, b, context, report);
    elementsOf(a, b, own, context, Infinity);
    // Opaque payloads that were decoded: their length alone says nothing where what is in them was told apart.
    if (isBlob(a) && isBlob(b) && a.size !== b.size && alike) {
      const shifted = isShifted(a, b, context);
      // What follows a shift is misread by the decoder as well.
      if (shifted) context.found.push(...context.found.splice(before).filter(({ kind }) => isResized(kind)));
      if (shifted || context.found.length === before) opaque(a, b, context, report);
    }
    return;
  }
  if (isOpaque(a) || isOpaque(b)) {
    if (isSameType(a.type, b.type)) {
      if (wireSize(a, context.kindA) !== wireSize(b, context.kindB)) opaque(a, b, context, report);
      return;
    }
  }
  if ((a.structs || b.structs) && context.kindA === 'written' && context.kindB === 'written') {
    // The contents of one side could not be decoded.
    if (wireSize(a, 'written') !== wireSize(b, 'written')) opaque(a, b, context, report);
  } else if (a.structs || b.structs) described(a, b, context, report);
  else plain(a, b, context, report);
}

type Report = (kind: LayoutDifferenceKind, message: string, aToB: Judgement, bToA: Judgement) => void;

/** Conditions and versions of fields, where both sides declare them. */
function presence(a: LayoutField, b: LayoutField, toB: FieldSides, toA: FieldSides, report: Report): void {
  if (a.conditional !== undefined && b.conditional !== undefined && a.conditional !== b.conditional) {
    const verdict = depends('refused in the state in which the field is not sent');
    report('field-condition', `always there in ${a.conditional ? 'B' : 'A'} only`, verdict, verdict);
    return;
  }
  if (a.conditional || b.conditional || a.since === undefined || b.since === undefined || a.since === b.since) return;
  const judge = ({ version }: FieldSides, loader: LayoutField): Judgement =>
    version !== undefined && loader.since! > version
      ? depends(`the loader takes the field from version ${loader.since} on, and version ${version} is sent`)
      : loads('the version that is sent has it on both sides');
  report('field-version', `since version ${a.since}, ${b.since}`, judge(toB, b), judge(toA, a));
}

/** The contents, element by element where each is described. Differences that many elements have in common are one. */
function elementsOf(a: LayoutField, b: LayoutField, own: string, context: StructContext, most: number): void {
  const structsA = a.structs ?? [];
  const structsB = b.structs ?? [];
  const count = Math.min(structsA.length, structsB.length, most);
  if (count <= 1) {
    if (count === 1) compareStructs(structsA[0]!, structsB[0]!, `${own}/`, 'struct', context);
    return;
  }
  const merged = new Map<string, { readonly difference: LayoutDifference; readonly indexes: number[] }>();
  for (let i = 0; i < count; i++) {
    const inner = { ...context, found: [] as LayoutDifference[] };
    compareStructs(structsA[i]!, structsB[i]!, '', 'struct', inner);
    for (const difference of inner.found) {
      const key = `${difference.kind}\n${difference.path}\n${difference.message}\n${difference.aToB.verdict}${difference.bToA.verdict}`;
      const known = merged.get(key);
      if (known) known.indexes.push(i);
      else merged.set(key, { difference, indexes: [i] });
    }
  }
  for (const { difference, indexes } of merged.values()) {
    const path = `${own}[${runs(indexes)}]${difference.path === '' ? '' : `/${difference.path}`}`;
    context.found.push({ ...difference, path });
  }
}

/** `0,2-5` */
function runs(indexes: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < indexes.length; i++) {
    const first = indexes[i]!;
    while (i + 1 < indexes.length && indexes[i + 1] === indexes[i]! + 1) i++;
    parts.push(first === indexes[i] ? `${first}` : `${first}-${indexes[i]}`);
  }
  return parts.join(',');
}

function length(a: LayoutField, b: LayoutField, context: StructContext, report: Report): void {
  const verdict = sizeVerdict(BigInt(a.count!), BigInt(b.count!), context);
  report('array-length', `${a.count} elements, ${b.count}`, verdict, verdict);
}

/** Lengths that a number before them says are read from the stream; others are those of the loader. */
function sizeVerdict(a: bigint, b: bigint, context: StructContext): Judgement {
  const { scalars, kindA, kindB, payloadA, payloadB } = context;
  // The number may count something larger or smaller, in the same proportion on both sides.
  const said = scalars.some(([x, y]) => x !== y && x > 0n && y > 0n && a * y === b * x);
  if (said) return loads('a field before it says how long it is');
  if ((kindA === 'written' && !payloadA) || (kindB === 'written' && !payloadB))
    return depends('loads where a field before it says how long it is');
  return sizeChanged();
}

function described(a: LayoutField, b: LayoutField, context: StructContext, report: Report): void {
  if (isUnused(a) || isUnused(b)) return;
  const sizeA = wireSize(a, context.kindA);
  const sizeB = wireSize(b, context.kindB);
  const verdict =
    sizeA === undefined || sizeB === undefined
      ? depends('the size on the wire of one side is not known')
      : sizeA === sizeB
        ? loads('the same number of bytes')
        : sizeChanged();
  report('description-missing', `a struct in ${a.structs ? 'A' : 'B'} only`, verdict, verdict);
}

function plain(a: LayoutField, b: LayoutField, context: StructContext, report: Report): void {
  const mixed = context.kindA !== context.kindB;
  if (mixed && !isPlainSize(a, b)) return;
  const sizeA = wireSize(a, context.kindA);
  const sizeB = wireSize(b, context.kindB);
  if (sizeA === undefined || sizeB === undefined) {
    const verdict = depends('the size on the wire of one side is not known');
    if (sizeA !== sizeB && !mixed) report('field-resized', `${a.size} bytes, ${b.size}`, verdict, verdict);
    return;
  }
  const counted = context.counts && (!mixed || (a.count !== undefined && b.count !== undefined));
  const resized = counted ? sizeA !== sizeB : a.size !== b.size;
  if (resized && a.size === b.size && a.count !== undefined && b.count !== undefined) length(a, b, context, report);
  else if (resized) {
    const verdict = sizeVerdict(BigInt(sizeA), BigInt(sizeB), context);
    report('field-resized', `${sizeA} bytes, ${sizeB}`, verdict, verdict);
  } else if (!isSameType(a.type, b.type) && a.type !== undefined && b.type !== undefined) {
    const lost = isUnused(a) !== isUnused(b);
    const verdict = lost ? stateLost('one side does not use these bytes') : loads('the same number of bytes');
    report('field-retyped', `type ${a.type}, ${b.type}`, verdict, verdict);
  } else equal(a, b, context, report);
}

/** Beside a dump only types that are as long in memory as on the wire can be compared. */
function isPlainSize(a: LayoutField, b: LayoutField): boolean {
  return /^(u?int(8|16|32|64)|bool|buffer)$/.test(a.type ?? b.type ?? '');
}

/** Values that the loader compares with its own. */
function equal(a: LayoutField, b: LayoutField, { payloadA, payloadB }: StructContext, report: Report): void {
  const [nodeA] = a.nodes ?? [];
  const [nodeB] = b.nodes ?? [];
  if (!a.type?.endsWith(' equal') || !nodeA || !nodeB || !payloadA || !payloadB) return;
  const [x, y] = [elementValue(nodeA, payloadA, 0), elementValue(nodeB, payloadB, 0)];
  if (x !== y) report('must-be-equal', `${String(x)}, ${String(y)}`, notEqual(x, y), notEqual(y, x));
}

/** A payload that the vmdesc has as one field, whether its contents were decoded or not. */
function isBlob({ type }: LayoutField): boolean {
  return type !== undefined && !/^(struct|vstruct|tmp|qtailq|qlist|gtree)$/.test(type);
}

/** One is the other with bytes inserted that nothing announces. */
function isShifted(a: LayoutField, b: LayoutField, { sameVersion, payloadA, payloadB }: StructContext): boolean {
  const [bytesA, bytesB] = [bytesOf(a, payloadA), bytesOf(b, payloadB)];
  if (!sameVersion || !bytesA || !bytesB || findInsertion(bytesA, bytesB)?.before !== 0) return false;
  return onlyIn(embeddedSubsections(bytesA), embeddedSubsections(bytesB)).every(({ length }) => length === 0);
}

function isResized(kind: LayoutDifferenceKind): boolean {
  return kind === 'field-resized' || kind === 'array-length';
}

/** An opaque field of another size: looks at the bytes where they are there. */
function opaque(a: LayoutField, b: LayoutField, context: StructContext, report: Report): void {
  const [sizeA, sizeB] = [wireSize(a, 'written') ?? 0, wireSize(b, 'written') ?? 0];
  const more = sizeB - sizeA;
  const base = `opaque, ${sizeA} bytes, ${sizeB}: ${more > 0 ? `grew by ${more}` : `shrank by ${-more}`} bytes`;
  const bytesA = bytesOf(a, context.payloadA);
  const bytesB = bytesOf(b, context.payloadB);
  if (!bytesA || !bytesB || !context.sameVersion) {
    const verdict = bytesA && bytesB ? opaqueUnclear() : opaqueUnread();
    report('opaque-resized', `${base}${context.sameVersion ? ', without a new version' : ''}`, verdict, verdict);
    return;
  }
  const [onlyA, onlyB] = onlyIn(embeddedSubsections(bytesA), embeddedSubsections(bytesB));
  if (onlyA.length + onlyB.length > 0) {
    const parts = [
      ...(onlyA.length > 0 ? [`subsections only in A: ${onlyA.join(', ')}`] : []),
      ...(onlyB.length > 0 ? [`subsections only in B: ${onlyB.join(', ')}`] : []),
    ];
    const verdict = depends('loads where the loader knows these subsections');
    report('opaque-resized', `${base}; ${parts.join('; ')}`, verdict, verdict);
    return;
  }
  const insertion = findInsertion(bytesA, bytesB);
  if (!insertion) {
    report('opaque-resized', `${base}; the contents differ too much to tell where`, opaqueUnclear(), opaqueUnclear());
    return;
  }
  const shifted = insertion.before === 0;
  const where = place(insertion, more > 0 ? a : b);
  const proof = shifted
    ? ', without a new version, a count or a subsection that says so'
    : `; ${insertion.before} bytes before it differ as well`;
  const [aToB, bToA] = shifted ? [opaqueShifted(more), opaqueShifted(-more)] : [opaqueUnclear(), opaqueUnclear()];
  report('opaque-resized', `${base}, ${where}${proof}`, aToB, bToA);
}

/** Where the insertion lies in the shorter side: the field, where that side was decoded, and the bytes. */
function place({ from, to }: Insertion, shorter: LayoutField): string {
  const [node] = shorter.nodes ?? [];
  const name = node && innermost(node, node.start + from, node.start + to);
  const bytes =
    from === to ? `at byte 0x${from.toString(16)}` : `between bytes 0x${from.toString(16)} and 0x${to.toString(16)}`;
  return name === undefined ? bytes : `in ${name} (${bytes})`;
}

/**
 * The path of the largest field that the range touches: bytes were inserted into it, or behind its last one; the fields around it
 * are mostly numbers, which do not grow.
 */
function innermost(node: FieldNode, from: number, to: number): string | undefined {
  let best: FieldNode | undefined;
  for (const struct of node.structs ?? []) {
    for (const field of [struct, ...struct.subsections].flatMap(({ fields }) => fields)) {
      const touches = field.start < to && field.start + field.size * field.count >= from;
      if (touches && (!best || field.size * field.count > best.size * best.count)) best = field;
    }
  }
  if (!best) return undefined;
  const inner = innermost(best, from, to);
  return inner === undefined ? best.name : `${best.name}/${inner}`;
}

function bytesOf({ nodes }: LayoutField, payload: Uint8Array | undefined): Uint8Array | undefined {
  const [node] = nodes ?? [];
  return node && payload && nodes?.length === 1
    ? payload.subarray(node.start, node.start + node.size * node.count)
    : undefined;
}

function onlyIn(a: readonly string[], b: readonly string[]): [string[], string[]] {
  return [a.filter((name) => !b.includes(name)), b.filter((name) => !a.includes(name))];
}
