/** Compares two layouts of one struct: its fields, what is in them, and its subsections. */
import { elementValue, isIntegerType } from '../vmstate/values.js';
import { alignFields, type Pair } from './align.js';
import { compareFields } from './compare-fields.js';
import { type Judgement, type LayoutDifference, layoutDifference } from './layout-difference.js';
import { type LayoutField, type LayoutKind, type LayoutStruct, wireSize } from './layout.js';
import { isSameClass } from './renames.js';
import {
  fieldNotSent,
  type FieldSides,
  fieldUnknown,
  loads,
  stateLost,
  subsectionNotSent,
  subsectionUnknown,
  depends,
  versionOnWire,
} from './verdict.js';

/** What has its version on the wire: sections and subsections. */
export type Level = 'section' | 'subsection' | 'struct';

export interface StructContext {
  readonly section: string;
  readonly kindA: LayoutKind;
  readonly kindB: LayoutKind;
  readonly counts: boolean;
  /** The section has one version on both sides. */
  readonly sameVersion: boolean;
  readonly payloadA?: Uint8Array;
  readonly payloadB?: Uint8Array;
  /** Whole numbers that were passed on the way, with their values on both sides: lengths of arrays may be among them. */
  readonly scalars: (readonly [bigint, bigint])[];
  readonly found: LayoutDifference[];
}

/** Numbers that are remembered as possible lengths. */
const MAX_SCALARS = 4096;

export function compareStructs(
  a: LayoutStruct,
  b: LayoutStruct,
  path: string,
  level: Level,
  context: StructContext,
): void {
  struct(a, b, path, level, context);
  const sides: Sides = {
    toB: { writer: context.kindA, loader: context.kindB, ...(level !== 'struct' && { version: a.version }) },
    toA: { writer: context.kindB, loader: context.kindA, ...(level !== 'struct' && { version: b.version }) },
  };
  const pairs = withMoved(alignFields(a.fields, b.fields, { ...context, vmsd: a.vmsd }));
  for (const pair of pairs) comparePair(pair, path, within(pairs, sides), context);
  subsections(a, b, path, context);
}

interface Sides {
  readonly toB: FieldSides;
  readonly toA: FieldSides;
}

/** A loader that has fields of its own which it does not always expect may take with them what it does not have by name. */
function within(pairs: readonly (Pair | MovedPair)[], { toB, toA }: Sides): Sides {
  const may = (kind: 'only-a' | 'only-b'): boolean =>
    pairs.some((pair) => pair.kind === kind && (pair.kind === 'only-a' ? pair.a : pair.b).conditional === true);
  return { toB: { ...toB, optional: may('only-b') }, toA: { ...toA, optional: may('only-a') } };
}

type MovedPair = { readonly kind: 'moved'; readonly a: LayoutField; readonly b: LayoutField };

/** A field that is missing here and there under one name has moved. */
function withMoved(pairs: readonly Pair[]): (Pair | MovedPair)[] {
  const onlyB = new Map(pairs.flatMap((pair) => (pair.kind === 'only-b' ? [[pair.b.name, pair.b] as const] : [])));
  const moved = new Set<LayoutField>();
  const result: (Pair | MovedPair)[] = [];
  for (const pair of pairs) {
    const other = pair.kind === 'only-a' ? onlyB.get(pair.a.name) : undefined;
    if (pair.kind !== 'only-a' || !other || moved.has(other)) result.push(pair);
    else {
      moved.add(other);
      result.push({ kind: 'moved', a: pair.a, b: other });
    }
  }
  return result.filter((pair) => pair.kind !== 'only-b' || !moved.has(pair.b));
}

function comparePair(pair: Pair | MovedPair, path: string, { toB, toA }: Sides, context: StructContext): void {
  const { section, found } = context;
  switch (pair.kind) {
    case 'same':
    case 'renamed': {
      const { a, b } = pair;
      if (pair.kind === 'renamed' || a.name !== b.name) {
        const known = wireSize(a, context.kindA) !== undefined || a.structs !== undefined;
        const why =
          known || a.name === b.name
            ? loads('names of fields are not on the wire')
            : depends('loads where both are as long on the wire, which is not known');
        const message = `${a.name} is called ${b.name} in B`;
        const place = { section, path: `${path}${a.name}` };
        found.push(
          layoutDifference('field-renamed', { ...place, message, a: a.name, b: b.name, aToB: why, bToA: why }),
        );
      }
      compareFields(a, b, path, toB, toA, context);
      remember(a, b, context);
      break;
    }
    case 'regrouped': {
      const why = loads('the same bytes on the wire');
      const [a, b] = [names(pair.a), names(pair.b)];
      const place = { section, path: `${path}${pair.a[0]!.name}` };
      const message = `${a} is ${b} in B`;
      found.push(layoutDifference('fields-regrouped', { ...place, message, a, b, aToB: why, bToA: why }));
      break;
    }
    case 'unused': {
      const fields = pair.side === 'a' ? pair.b : pair.a;
      const [gone, kept] = pair.side === 'a' ? ['A', 'B'] : ['B', 'A'];
      const dropped = stateLost(`${gone} does not look at these bytes`);
      const zeros = stateLost(`${kept} gets zeros`);
      const message = `${names(fields)} is not used in ${gone}`;
      const place = { section, path: `${path}${fields[0]!.name}` };
      const [aToB, bToA] = pair.side === 'a' ? [zeros, dropped] : [dropped, zeros];
      found.push(
        layoutDifference('field-unused', { ...place, message, a: names(pair.a), b: names(pair.b), aToB, bToA }),
      );
      break;
    }
    case 'only-a':
      only(pair.a, 'a', fieldUnknown(pair.a, toB), fieldNotSent(pair.a, toA), path, context);
      break;
    case 'only-b':
      only(pair.b, 'b', fieldNotSent(pair.b, toB), fieldUnknown(pair.b, toA), path, context);
      break;
    case 'moved': {
      const same = wireSize(pair.a, context.kindA) === wireSize(pair.b, context.kindB);
      const aToB = same ? stateLost('the bytes of one field go to another') : fieldUnknown(pair.a, toB);
      const bToA = same ? stateLost('the bytes of one field go to another') : fieldUnknown(pair.b, toA);
      const message = `${pair.a.name} stands at another place in B`;
      found.push(layoutDifference('field-moved', { section, path: `${path}${pair.a.name}`, message, aToB, bToA }));
    }
  }
}

function only(
  field: LayoutField,
  side: 'a' | 'b',
  aToB: LayoutDifference['aToB'],
  bToA: LayoutDifference['bToA'],
  path: string,
  context: StructContext,
): void {
  const { section, found } = context;
  const size = wireSize(field, side === 'a' ? context.kindA : context.kindB);
  const bytes = size === undefined ? '' : size === 1 ? ', 1 byte' : `, ${size} bytes`;
  found.push(
    layoutDifference('field-missing', {
      section,
      path: `${path}${field.name}`,
      message: `field only in ${side.toUpperCase()}${bytes}`,
      [side]: describeField(field),
      aToB,
      bToA,
    }),
  );
}

export function describeField({ type, size, count, structs, conditional, since }: LayoutField): string {
  const [inner] = structs ?? [];
  const parts = [inner ? `struct ${inner.vmsd}` : (type ?? 'field'), `${size} bytes`];
  if (count !== undefined && count !== 1) parts.push(`${count} elements`);
  if (since !== undefined && since > 0) parts.push(`since version ${since}`);
  if (conditional) parts.push('not always sent');
  return parts.join(', ');
}

/** Names in a message; the fields of a whole device are not listed. */
const MAX_NAMES = 6;

function names(fields: readonly LayoutField[]): string {
  const shown = fields.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = fields.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** Name and version of the struct itself. Those of a section were compared with it. */
function struct(a: LayoutStruct, b: LayoutStruct, path: string, level: Level, context: StructContext): void {
  const { section, found } = context;
  const place = { section, path: path.replace(/\/$/, '') };
  if (a.vmsd !== b.vmsd && !isSameClass(a.vmsd, b.vmsd)) {
    const declared = level === 'section' && (context.kindA === 'declared' || context.kindB === 'declared');
    const verdict = declared
      ? depends('the name of the vmsd is the end of the name of its sections: a guest with such a device is refused')
      : loads('the name is not on the wire');
    const message = `vmsd ${a.vmsd}, ${b.vmsd}`;
    found.push(
      layoutDifference('vmsd-renamed', { ...place, message, a: a.vmsd, b: b.vmsd, aToB: verdict, bToA: verdict }),
    );
  }
  if (level === 'section') return;
  const same = a.version === b.version && (a.minimum === b.minimum || level === 'struct');
  if (same) return;
  const versions = { a: `version ${a.version}`, b: `version ${b.version}` };
  const message =
    a.version === b.version
      ? `oldest version that is taken: ${a.minimum}, ${b.minimum}`
      : `version ${a.version}, ${b.version}`;
  if (level === 'struct') {
    const why = loads('versions of structs are not on the wire');
    found.push(layoutDifference('struct-version', { ...place, message, ...versions, aToB: why, bToA: why }));
    return;
  }
  const aToB = versionOnWire('subsection', a.version, b);
  const bToA = versionOnWire('subsection', b.version, a);
  found.push(layoutDifference('subsection-version', { ...place, message, ...versions, aToB, bToA }));
}

function subsections(a: LayoutStruct, b: LayoutStruct, path: string, context: StructContext): void {
  const { section, found, kindA, kindB } = context;
  const others = new Map(b.subsections.map((subsection) => [subsection.vmsd, subsection]));
  for (const subsection of a.subsections) {
    const other = others.get(subsection.vmsd);
    others.delete(subsection.vmsd);
    if (other) {
      const inner = { ...context, found: [] as LayoutDifference[] };
      compareStructs(subsection, other, `${path}${subsection.vmsd}/`, 'subsection', inner);
      found.push(...inner.found.map((difference) => whereSent(difference, kindA, kindB)));
    } else {
      found.push(
        layoutDifference('subsection-missing', {
          section,
          path: `${path}${subsection.vmsd}`,
          message: 'subsection only in A',
          a: `version ${subsection.version}`,
          aToB: subsectionUnknown({ subsection: subsection.vmsd, vmsd: a.vmsd }, kindA, kindB),
          bToA: subsectionNotSent(),
        }),
      );
    }
  }
  for (const subsection of others.values()) {
    found.push(
      layoutDifference('subsection-missing', {
        section,
        path: `${path}${subsection.vmsd}`,
        message: 'subsection only in B',
        b: `version ${subsection.version}`,
        aToB: subsectionNotSent(),
        bToA: subsectionUnknown({ subsection: subsection.vmsd, vmsd: b.vmsd }, kindB, kindA),
      }),
    );
  }
}

/** A build does not send all subsections that it declares. */
function whereSent(difference: LayoutDifference, kindA: LayoutKind, kindB: LayoutKind): LayoutDifference {
  const judged = (judgement: Judgement, writer: LayoutKind): Judgement =>
    writer === 'declared' && judgement.verdict === 'refused'
      ? { ...judgement, verdict: 'depends', why: `refused when the subsection is sent: ${judgement.why}` }
      : judgement;
  return { ...difference, aToB: judged(difference.aToB, kindA), bToA: judged(difference.bToA, kindB) };
}

/** Keeps the values of a whole number that both sides have. */
function remember(a: LayoutField, b: LayoutField, { payloadA, payloadB, scalars }: StructContext): void {
  const [nodeA] = a.nodes ?? [];
  const [nodeB] = b.nodes ?? [];
  if (!nodeA || !nodeB || !payloadA || !payloadB || scalars.length >= MAX_SCALARS) return;
  if (a.count !== 1 || b.count !== 1 || !isIntegerType(nodeA.type) || !isIntegerType(nodeB.type)) return;
  const [x, y] = [elementValue(nodeA, payloadA, 0), elementValue(nodeB, payloadB, 0)];
  if (typeof x === 'object' || typeof y === 'object') return;
  scalars.push([BigInt(x), BigInt(y)]);
}
