/**
 * Pairs the fields of two layouts of one struct: by name first, and what then stands between two pairs by what it is on the wire, since
 * names are not sent.
 */
import { isUnused, type LayoutField, type LayoutKind, type LayoutStruct, structSize, wireSize } from './layout.js';
import { isSameField, isSameType } from './renames.js';

export type Pair =
  | { readonly kind: 'same' | 'renamed'; readonly a: LayoutField; readonly b: LayoutField }
  /** The same bytes, cut into fields in another way: as a struct, or under other names. */
  | { readonly kind: 'regrouped'; readonly a: readonly LayoutField[]; readonly b: readonly LayoutField[] }
  /** The bytes of fields of one side are not used by the other. */
  | {
      readonly kind: 'unused';
      readonly side: 'a' | 'b';
      readonly a: readonly LayoutField[];
      readonly b: readonly LayoutField[];
    }
  | { readonly kind: 'only-a'; readonly a: LayoutField }
  | { readonly kind: 'only-b'; readonly b: LayoutField };

/** What is compared: the kinds of both layouts, whether array lengths are known on both sides, and the vmsd that the fields are of. */
export interface AlignContext {
  readonly kindA: LayoutKind;
  readonly kindB: LayoutKind;
  readonly counts: boolean;
  readonly vmsd: string;
}

/** Larger tables are not made; fields are then paired in one pass. */
const MAX_TABLE = 1 << 22;

export function alignFields(
  fieldsA: readonly LayoutField[],
  fieldsB: readonly LayoutField[],
  context: AlignContext,
): Pair[] {
  const mixed = context.kindA !== context.kindB;
  const a = mixed ? numbered(fieldsA, context.kindA) : fieldsA;
  const b = mixed ? numbered(fieldsB, context.kindB) : fieldsB;
  const pairs: Pair[] = [];
  let fromA = 0;
  let fromB = 0;
  const same = (x: LayoutField, y: LayoutField): boolean => isSameEntry(x, y, context);
  for (const [i, j] of [...commonPairs(a, b, same), [a.length, b.length] as const]) {
    pairs.push(...alignGap(a.slice(fromA, i), b.slice(fromB, j), context));
    if (i < a.length && j < b.length) pairs.push({ kind: 'same', a: a[i]!, b: b[j]! });
    fromA = i + 1;
    fromB = j + 1;
  }
  return pairs.length > 0 ? withSplits(pairs, context) : pairs;
}

/** A field that gave a part of its bytes to new fields right behind it. */
function withSplits(pairs: readonly Pair[], context: AlignContext): Pair[] {
  const result: Pair[] = [];
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i]!;
    const sizeA = pair.kind === 'same' ? wireSize(pair.a, context.kindA) : undefined;
    const sizeB = pair.kind === 'same' ? wireSize(pair.b, context.kindB) : undefined;
    if (pair.kind !== 'same' || sizeA === undefined || sizeB === undefined || sizeA === sizeB) {
      result.push(pair);
      continue;
    }
    const kind = sizeA > sizeB ? 'only-b' : 'only-a';
    const parts: LayoutField[] = [];
    let left = Math.abs(sizeA - sizeB);
    for (let j = i + 1; left > 0 && j < pairs.length; j++) {
      const next = pairs[j]!;
      const field = next.kind === kind ? (next.kind === 'only-a' ? next.a : next.b) : undefined;
      const size =
        field && !field.conditional ? wireSize(field, sizeA > sizeB ? context.kindB : context.kindA) : undefined;
      if (!field || size === undefined || size > left) break;
      parts.push(field);
      left -= size;
    }
    if (left > 0 || parts.length === 0) result.push(pair);
    else {
      const [a, b] = kind === 'only-b' ? [[pair.a], [pair.b, ...parts]] : [[pair.a, ...parts], [pair.b]];
      result.push({ kind: 'regrouped', a, b });
      i += parts.length;
    }
  }
  return result;
}

function isSameEntry(x: LayoutField, y: LayoutField, context: AlignContext): boolean {
  const unused = isUnused(x);
  if (unused !== isUnused(y)) return false;
  // All unused ranges bear one name: their sizes tell them apart.
  if (unused) return wireSize(x, context.kindA) === wireSize(y, context.kindB);
  return isSameField(context.vmsd, x.name, y.name);
}

/** In a vmdesc, names that stand in a struct more than once bear their number, whether all of them were sent or not. */
function numbered(fields: readonly LayoutField[], kind: LayoutKind): readonly LayoutField[] {
  if (kind === 'written') return fields;
  const times = new Map<string, number>();
  for (const { name } of fields) times.set(name, (times.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return fields.map((field) => {
    if (times.get(field.name) === 1) return field;
    const number = seen.get(field.name) ?? 0;
    seen.set(field.name, number + 1);
    return { ...field, name: `${field.name}[${number}]` };
  });
}

/** A longest common subsequence, as index pairs. */
function commonPairs(
  a: readonly LayoutField[],
  b: readonly LayoutField[],
  same: (x: LayoutField, y: LayoutField) => boolean,
): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = [];
  let start = 0;
  while (start < a.length && start < b.length && same(a[start]!, b[start]!)) pairs.push([start, start++]);
  const restA = a.length - start;
  const restB = b.length - start;
  if (restA === 0 || restB === 0) return pairs;
  if (restA * restB > MAX_TABLE) return [...pairs, ...inOnePass(a, b, start, same)];
  const width = restB + 1;
  const table = new Uint32Array((restA + 1) * width);
  for (let i = restA - 1; i >= 0; i--) {
    for (let j = restB - 1; j >= 0; j--) {
      table[i * width + j] = same(a[start + i]!, b[start + j]!)
        ? table[(i + 1) * width + j + 1]! + 1
        : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < restA && j < restB;) {
    if (same(a[start + i]!, b[start + j]!)) pairs.push([start + i++, start + j++]);
    else if (table[(i + 1) * width + j]! >= table[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

function inOnePass(
  a: readonly LayoutField[],
  b: readonly LayoutField[],
  start: number,
  same: (x: LayoutField, y: LayoutField) => boolean,
): (readonly [number, number])[] {
  const places = new Map<string, number[]>();
  for (let j = b.length - 1; j >= start; j--) {
    const list = places.get(b[j]!.name);
    if (list) list.push(j);
    else places.set(b[j]!.name, [j]);
  }
  const pairs: (readonly [number, number])[] = [];
  let last = start - 1;
  for (let i = start; i < a.length; i++) {
    const list = places.get(a[i]!.name);
    while (list && list.length > 0 && list[list.length - 1]! <= last) list.pop();
    const j = list?.[list.length - 1];
    if (j === undefined || !same(a[i]!, b[j]!)) continue;
    pairs.push([i, j]);
    last = j;
  }
  return pairs;
}

/** Fields between two pairs have no name in common. */
function alignGap(a: readonly LayoutField[], b: readonly LayoutField[], context: AlignContext): Pair[] {
  if (a.length === 0 || b.length === 0 || a.length * b.length > MAX_TABLE) {
    return [...a.map(onlyA), ...b.map(onlyB)];
  }
  const whole = wholeGap(a, b, context);
  if (whole) return [whole];
  const pairs: Pair[] = [];
  let fromA = 0;
  let fromB = 0;
  const alike = commonPairs(a, b, (x, y) => isSameOnWire(x, y, context));
  for (const [i, j] of [...alike, [a.length, b.length] as const]) {
    const [gapA, gapB] = [a.slice(fromA, i), b.slice(fromB, j)];
    const both = gapA.length > 0 && gapB.length > 0 ? wholeGap(gapA, gapB, context) : undefined;
    if (both) pairs.push(both);
    else if (gapA.length === 1 && gapB.length === 1 && isUnused(gapA[0]!) && isUnused(gapB[0]!))
      pairs.push({ kind: 'same', a: gapA[0]!, b: gapB[0]! });
    else if (isUnknown(gapA, context.kindA) && isUnknown(gapB, context.kindB))
      pairs.push({ kind: 'renamed', a: gapA[0]!, b: gapB[0]! });
    else pairs.push(...(opened(gapA, gapB, context) ?? [...gapA.map(onlyA), ...gapB.map(onlyB)]));
    if (i < a.length && j < b.length) pairs.push({ kind: 'renamed', a: a[i]!, b: b[j]! });
    fromA = i + 1;
    fromB = j + 1;
  }
  return pairs;
}

/** One field of which a dump does not say how long it is on the wire. */
function isUnknown(fields: readonly LayoutField[], kind: LayoutKind): boolean {
  return fields.length === 1 && !fields[0]!.structs && wireSize(fields[0]!, kind) === undefined;
}

const onlyA = (field: LayoutField): Pair => ({ kind: 'only-a', a: field });
const onlyB = (field: LayoutField): Pair => ({ kind: 'only-b', b: field });

/** Fields that take the same bytes as a whole: one side does not use them, or has them cut in another way. */
function wholeGap(a: readonly LayoutField[], b: readonly LayoutField[], context: AlignContext): Pair | undefined {
  const sizeA = total(a, context.kindA);
  const sizeB = total(b, context.kindB);
  const unusedA = a.every(isUnused);
  const unusedB = b.every(isUnused);
  if (sizeA === undefined || sizeB === undefined) return undefined;
  if (sizeA !== sizeB) {
    const [unused, used] = unusedA ? [sizeA, sizeB] : [sizeB, sizeA];
    if (context.counts || unusedA === unusedB || unused % used !== 0) return undefined;
  }
  if (unusedA && unusedB) return { kind: 'regrouped', a, b };
  if (unusedA || unusedB) return { kind: 'unused', side: unusedA ? 'a' : 'b', a, b };
  if (a.length === 1 && b.length === 1) return undefined;
  const flatA = a.flatMap((field) => leaves(field));
  const flatB = b.flatMap((field) => leaves(field));
  const alike = flatA.length === flatB.length && flatA.every((field, i) => isSameOnWire(field, flatB[i]!, context));
  return alike ? { kind: 'regrouped', a, b } : undefined;
}

/** Fields that moved into a struct, or out of one, and did not all stay what they were: paired by name with the struct opened. */
function opened(a: readonly LayoutField[], b: readonly LayoutField[], context: AlignContext): Pair[] | undefined {
  const [flatA, flatB] = [a.flatMap(leaves), b.flatMap(leaves)];
  if (flatA.length === a.length && flatB.length === b.length) return undefined;
  if (flatA.length * flatB.length > MAX_TABLE) return undefined;
  const named = commonPairs(flatA, flatB, (x, y) => isSameEntry(x, y, context)).length;
  return 2 * named > Math.min(flatA.length, flatB.length) ? alignFields(flatA, flatB, context) : undefined;
}

function total(fields: readonly LayoutField[], kind: LayoutKind): number | undefined {
  let sum = 0;
  for (const field of fields) {
    const size = field.conditional ? undefined : wireSize(field, kind);
    if (size === undefined) return undefined;
    sum += size;
  }
  return sum;
}

function leaves(field: LayoutField): LayoutField[] {
  const [struct] = field.structs ?? [];
  return struct && (field.count ?? 1) === 1 ? struct.fields.flatMap(leaves) : [field];
}

/** The same bytes, as far as the layouts tell. */
export function isSameOnWire(a: LayoutField, b: LayoutField, context: AlignContext): boolean {
  if (isUnused(a) || isUnused(b)) return false;
  const [structA] = a.structs ?? [];
  const [structB] = b.structs ?? [];
  if (structA && structB) return structA.vmsd === structB.vmsd || isSameStruct(structA, structB, context);
  if (structA || structB) return false;
  if (context.kindA === context.kindB && !isSameType(a.type, b.type)) return false;
  if (!context.counts) return a.size !== 0 && a.size === b.size;
  const size = wireSize(a, context.kindA);
  return size !== undefined && size === wireSize(b, context.kindB);
}

function isSameStruct(a: LayoutStruct, b: LayoutStruct, context: AlignContext): boolean {
  return (
    a.fields.length === b.fields.length &&
    a.subsections.length === b.subsections.length &&
    (structSize(a, context.kindA) ?? -1) === (structSize(b, context.kindB) ?? -1) &&
    a.fields.every((field, i) => isSameOnWire(field, b.fields[i]!, context))
  );
}
