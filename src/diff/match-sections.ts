/**
 * Pairs the sections of two sides: by idstr and instance, and what is left by what it is, so that a device in another slot reads as moved.
 */
import type { Layout, LayoutKind, LayoutSection } from './layout.js';
import { isSameClass } from './renames.js';

export interface SectionMatch {
  /** `moved`: another idstr or instance; `renamed`: a device class of another name. */
  readonly kind: 'same' | 'moved' | 'renamed';
  readonly a: LayoutSection;
  readonly b: LayoutSection;
}

export interface SectionMatches {
  readonly pairs: readonly SectionMatch[];
  readonly onlyA: readonly LayoutSection[];
  readonly onlyB: readonly LayoutSection[];
}

/** Sections of one kind that are compared with each other byte for byte; there are never so many. */
const MAX_CANDIDATES = 256;
/** Bytes of two payloads that are looked at. */
const SAMPLE = 8192;

export function matchSections(a: Layout, b: Layout): SectionMatches {
  if (a.kind !== b.kind) return matchByVmsd(a, b);
  const restA = byKey(a.sections);
  const restB = byKey(b.sections);
  const pairs: SectionMatch[] = [];
  for (const [key, section] of restA) {
    const other = restB.get(key);
    if (!other) continue;
    pairs.push({ kind: 'same', a: section, b: other });
    restA.delete(key);
    restB.delete(key);
  }
  for (const match of a.kind === 'declared' ? renamed(a, b, restA, restB) : moved(restA, restB)) pairs.push(match);
  return { pairs, onlyA: [...restA.values()], onlyB: [...restB.values()] };
}

type Sections = Map<string, LayoutSection>;

/** Of a section that came more than once, as in COLO rounds, the last counts. */
function byKey(sections: readonly LayoutSection[]): Sections {
  return new Map(sections.map((section) => [keyOf(section), section]));
}

const keyOf = ({ idstr, instance }: LayoutSection): string => `${instance}:${idstr}`;

/** What a section is, wherever it is. */
function identityOf({ idstr, struct }: LayoutSection): string {
  return struct?.vmsd ?? idstr.slice(idstr.lastIndexOf('/') + 1);
}

function* moved(restA: Sections, restB: Sections): Generator<SectionMatch> {
  const groups = new Map<string, { a: LayoutSection[]; b: LayoutSection[] }>();
  const group = (section: LayoutSection): { a: LayoutSection[]; b: LayoutSection[] } => {
    const identity = identityOf(section);
    let found = groups.get(identity);
    if (!found) groups.set(identity, (found = { a: [], b: [] }));
    return found;
  };
  for (const section of restA.values()) group(section).a.push(section);
  for (const section of restB.values()) group(section).b.push(section);
  for (const { a, b } of groups.values()) {
    const candidates = a
      .slice(0, MAX_CANDIDATES)
      .flatMap((x) => b.slice(0, MAX_CANDIDATES).map((y) => ({ x, y, score: likeness(x, y) })))
      .sort((one, other) => other.score - one.score);
    for (const { x, y } of candidates) {
      if (!restA.has(keyOf(x)) || !restB.has(keyOf(y))) continue;
      restA.delete(keyOf(x));
      restB.delete(keyOf(y));
      yield { kind: 'moved', a: x, b: y };
    }
  }
}

/** Between 0 and 1: how much of two payloads is the same. */
function likeness({ payload: x }: LayoutSection, { payload: y }: LayoutSection): number {
  if (!x || !y || x.length === 0 || y.length === 0) return 0;
  const length = Math.min(x.length, y.length, SAMPLE);
  let same = 0;
  for (let i = 0; i < length; i++) if (x[i] === y[i]) same++;
  return (same / length) * (Math.min(x.length, y.length) / Math.max(x.length, y.length));
}

/** Classes whose names are known to have changed, and those that alone have their vmsd. */
function* renamed(a: Layout, b: Layout, restA: Sections, restB: Sections): Generator<SectionMatch> {
  const [usedA, usedB] = [usesOf(a), usesOf(b)];
  const byVmsd = new Map([...restB].map(([key, { struct }]) => [struct?.vmsd, key]));
  for (const [keyA, one] of restA) {
    const vmsd = one.struct?.vmsd;
    const alone = vmsd !== undefined && usedA.get(vmsd) === 1 && usedB.get(vmsd) === 1;
    const keyB =
      [...restB].find(([, { idstr }]) => isSameClass(one.idstr, idstr))?.[0] ?? (alone ? byVmsd.get(vmsd) : undefined);
    const other = keyB === undefined ? undefined : restB.get(keyB);
    if (keyB === undefined || !other) continue;
    restA.delete(keyA);
    restB.delete(keyB);
    yield { kind: 'renamed', a: one, b: other };
  }
}

/** How many classes have a vmsd. */
function usesOf({ sections }: Layout): Map<string, number> {
  const uses = new Map<string, number>();
  for (const { struct } of sections) if (struct) uses.set(struct.vmsd, (uses.get(struct.vmsd) ?? 0) + 1);
  return uses;
}

/** A stream beside a dump: the vmsd is what both name. States without a device class are not in a dump. */
function matchByVmsd(a: Layout, b: Layout): SectionMatches {
  const pairs: SectionMatch[] = [];
  const [written, declared]: [Layout, Layout] = a.kind === 'written' ? [a, b] : [b, a];
  const classes = new Map<string, LayoutSection[]>();
  for (const section of declared.sections) {
    const vmsd = section.struct?.vmsd;
    if (vmsd === undefined) continue;
    const list = classes.get(vmsd);
    if (list) list.push(section);
    else classes.set(vmsd, [section]);
  }
  for (const section of byKey(written.sections).values()) {
    const candidates = section.struct && classes.get(section.struct.vmsd);
    const found = candidates && nearest(section, candidates);
    if (!found) continue;
    const isA = written === a;
    pairs.push({ kind: 'same', a: isA ? section : found, b: isA ? found : section });
  }
  return { pairs, onlyA: [], onlyB: [] };
}

/** Of several classes with one vmsd, the one with the most fields in common. */
function nearest(section: LayoutSection, classes: readonly LayoutSection[]): LayoutSection | undefined {
  const names = new Set(section.struct?.fields.map(({ name }) => name));
  const common = ({ struct }: LayoutSection): number =>
    struct?.fields.filter(({ name }) => names.has(name)).length ?? 0;
  return classes.reduce<LayoutSection | undefined>(
    (best, candidate) => (!best || common(candidate) > common(best) ? candidate : best),
    undefined,
  );
}

/** How many sections of a stream a dump says nothing of. */
export function notDeclared(layout: Layout, pairs: readonly SectionMatch[], side: 'a' | 'b'): number {
  if (layout.kind !== ('written' satisfies LayoutKind)) return 0;
  const found = new Set(pairs.map((pair) => keyOf(pair[side])));
  return layout.sections.filter((section) => !found.has(keyOf(section))).length;
}
