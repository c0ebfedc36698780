/** Compares two layouts, section by section and field by field, with a verdict for each difference in both directions. */
import { sectionName } from '../wire/section.js';
import { compareStructs, type StructContext } from './compare-structs.js';
import { compareVirtio } from './compare-virtio.js';
import { withoutConsequences } from './consequences.js';
import type { Layout, LayoutKind, LayoutSection } from './layout.js';
import { type LayoutDifference, layoutDifference } from './layout-difference.js';
import { matchSections, type SectionMatch, type SectionMatches } from './match-sections.js';
import {
  depends,
  inSection,
  type LoaderVersions,
  loads,
  otherMachine,
  otherPageSize,
  sectionMoved,
  sectionNotSent,
  sectionUnknown,
  versionOnWire,
} from './verdict.js';

export interface LayoutComparison {
  readonly differences: readonly LayoutDifference[];
  readonly matches: SectionMatches;
  /** Sections that a side may have had behind the place up to which it was read. */
  readonly unreached: { readonly a: readonly LayoutSection[]; readonly b: readonly LayoutSection[] };
}

/** Whether all sections of each side were read: a section that was not reached is not missing. */
export interface Completeness {
  readonly a: boolean;
  readonly b: boolean;
}

export function compareLayouts(a: Layout, b: Layout, complete: Completeness = { a: true, b: true }): LayoutComparison {
  const matches = matchSections(a, b);
  const differences = [
    ...asAWhole(a, b),
    ...(complete.b ? matches.onlyA.map((section) => missing(section, a, b, 'a')) : []),
    ...(complete.a ? matches.onlyB.map((section) => missing(section, b, a, 'b')) : []),
    ...matches.pairs.flatMap((pair) => {
      const found = comparePair(pair, a, b);
      const [writtenA, writtenB] = [a, b].map(({ kind }) => kind === 'written');
      if (!writtenA && !writtenB) return found;
      // A dump does not know the name of a section; a stream beside it does.
      const [idstrA, idstrB] = [writtenA ? pair.a.idstr : pair.b.idstr, writtenB ? pair.b.idstr : pair.a.idstr];
      return found.map((one) => ({ ...one, aToB: inSection(one.aToB, idstrA), bToA: inSection(one.bToA, idstrB) }));
    }),
  ];
  return {
    differences,
    matches,
    unreached: { a: complete.a ? [] : matches.onlyB, b: complete.b ? [] : matches.onlyA },
  };
}

function asAWhole(a: Layout, b: Layout): LayoutDifference[] {
  const found: LayoutDifference[] = [];
  if (a.machine !== undefined && b.machine !== undefined && a.machine !== b.machine) {
    // What a build declares hardly depends on the machine type that it was asked with.
    const classes =
      a.kind === 'declared' && b.kind === 'declared'
        ? depends('a stream of one machine type is refused by the other; the layouts can still be compared')
        : undefined;
    found.push(
      layoutDifference('machine-type', {
        section: '',
        path: '',
        message: `machine type ${a.machine}, ${b.machine}`,
        a: a.machine,
        b: b.machine,
        aToB: classes ?? otherMachine(a.machine, b.machine),
        bToA: classes ?? otherMachine(b.machine, a.machine),
      }),
    );
  }
  if (a.pageSize !== undefined && b.pageSize !== undefined && a.pageSize !== b.pageSize) {
    found.push(
      layoutDifference('page-size', {
        section: '',
        path: '',
        message: `page size ${a.pageSize}, ${b.pageSize}`,
        a: `${a.pageSize}`,
        b: `${b.pageSize}`,
        aToB: otherPageSize(a.pageSize, b.pageSize),
        bToA: otherPageSize(b.pageSize, a.pageSize),
      }),
    );
  }
  return found;
}

function missing(section: LayoutSection, having: Layout, lacking: Layout, side: 'a' | 'b'): LayoutDifference {
  const to = sectionUnknown(section, lacking.kind);
  const from = sectionNotSent(lacking.kind);
  const what = having.kind === 'declared' ? 'device class' : 'section';
  return layoutDifference('section-missing', {
    section: sectionName(section),
    path: '',
    message: `${what} only in ${side.toUpperCase()}`,
    [side]: describeSection(section),
    aToB: side === 'a' ? to : from,
    bToA: side === 'a' ? from : to,
  });
}

function describeSection({ struct, version }: LayoutSection): string {
  return struct ? `${struct.vmsd} version ${version}` : `version ${version}`;
}

function comparePair(pair: SectionMatch, a: Layout, b: Layout): LayoutDifference[] {
  const { a: one, b: other, kind } = pair;
  const section = sectionName(a.kind === 'declared' && b.kind === 'written' ? other : one);
  const found: LayoutDifference[] = [];
  if (kind === 'moved') {
    found.push(
      layoutDifference('section-moved', {
        section,
        path: '',
        message: `moved: ${sectionName(one)} in A, ${sectionName(other)} in B`,
        a: sectionName(one),
        b: sectionName(other),
        aToB: sectionMoved(one),
        bToA: sectionMoved(other),
      }),
    );
  }
  if (kind === 'renamed') {
    const why = loads('the name of a class is not on the wire, and the vmsd is the same');
    const message = `device class ${one.idstr} is called ${other.idstr} in B`;
    found.push(
      layoutDifference('class-renamed', {
        section,
        path: '',
        message,
        a: one.idstr,
        b: other.idstr,
        aToB: why,
        bToA: why,
      }),
    );
  }
  if (isEmpty(one) !== isEmpty(other) && one.struct && other.struct) {
    const [has, lacks] = isEmpty(one) ? ['B', 'A'] : ['A', 'B'];
    const verdict = depends('a device without fields cannot be migrated, or has nothing to send');
    const message = `${has} describes fields, ${lacks} none`;
    found.push(layoutDifference('description-missing', { section, path: '', message, aToB: verdict, bToA: verdict }));
    return found;
  }
  found.push(...versions(section, nameable(one, a.kind), nameable(other, b.kind)));
  const context: StructContext = {
    section,
    kindA: a.kind,
    kindB: b.kind,
    counts: a.counts && b.counts,
    sameVersion: one.version === other.version,
    ...(one.payload && { payloadA: one.payload }),
    ...(other.payload && { payloadB: other.payload }),
    scalars: [],
    found,
  };
  if (one.struct && other.struct) compareStructs(one.struct, other.struct, '', 'section', context);
  else if (one.struct !== other.struct && a.kind === b.kind && a.kind === 'declared') {
    const verdict = depends('one build does not describe this state');
    const message = `described in ${one.struct ? 'A' : 'B'} only`;
    found.push(layoutDifference('description-missing', { section, path: '', message, aToB: verdict, bToA: verdict }));
  }
  return withoutConsequences([...found, ...virtio(section, one, other, a, b)]);
}

function virtio(section: string, one: LayoutSection, other: LayoutSection, a: Layout, b: Layout): LayoutDifference[] {
  if (!one.state || !other.state || !one.payload || !other.payload) return [];
  return compareVirtio(
    { state: one.state, payload: one.payload, ...(a.machine !== undefined && { machine: a.machine }) },
    { state: other.state, payload: other.payload, ...(b.machine !== undefined && { machine: b.machine }) },
    one.idstr,
    section,
  );
}

/** As devices are that cannot be migrated, and those that have a vmsd for its version alone. */
function isEmpty({ struct }: LayoutSection): boolean {
  return struct !== undefined && struct.fields.length + struct.subsections.length === 0;
}

/** The versions of a section, which are those of its vmsd; a dump has both, and says so where they are not. */
function versions(section: string, a: NamedSection, b: NamedSection): LayoutDifference[] {
  const found = versionDifference(section, a, b);
  const declared = a.struct?.minimum !== undefined && b.struct?.minimum !== undefined;
  const apart = declared && (a.struct.version !== a.version || b.struct.version !== b.version);
  return apart ? [...found, ...versionDifference(section, a.struct, b.struct)] : found;
}

type NamedSection = LoaderVersions & Pick<LayoutSection, 'struct'>;

/** With the names that QEMU prints; a dump has the name of a class, which is none of them. */
function nameable({ idstr, version, minimum, struct }: LayoutSection, kind: LayoutKind): NamedSection {
  return {
    version,
    ...(minimum !== undefined && { minimum }),
    ...(kind === 'written' && { idstr }),
    ...(struct && { struct, vmsd: struct.vmsd }),
  };
}

function versionDifference(section: string, a: LoaderVersions, b: LoaderVersions): LayoutDifference[] {
  const sameVersion = a.version === b.version;
  const sameMinimum = a.minimum === undefined || b.minimum === undefined || a.minimum === b.minimum;
  if (sameVersion && sameMinimum) return [];
  const aToB = versionOnWire('section', a.version, b);
  const bToA = versionOnWire('section', b.version, a);
  const range = ({ version, minimum }: LoaderVersions): string =>
    minimum === undefined ? `version ${version}` : `version ${version}, takes ${minimum} and later`;
  return [
    layoutDifference(sameVersion ? 'minimum-version' : 'section-version', {
      section,
      path: '',
      message: sameVersion
        ? `oldest version that is taken: ${a.minimum}, ${b.minimum}`
        : `version ${a.version}, ${b.version}`,
      a: range(a),
      b: range(b),
      aToB,
      bToA,
    }),
  ];
}
