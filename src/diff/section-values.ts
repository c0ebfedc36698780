/** Compares the contents of all sections that both sides have. */
import { sectionName } from '../wire/section.js';
import type { SectionMatches } from './match-sections.js';
import { compareRecords } from './records.js';
import { type DeviceSection, type SectionRecords, type Side, stateOf } from './side.js';
import { compareValues, type ValueDifference } from './values.js';

/** A side whose stream does not describe itself is read as the other one describes it, where that accounts for every byte. */
export function borrowDescription(a: Side, b: Side, notes: string[]): readonly [Side, Side] {
  return [borrowed(a, b, 'A', 'B', notes), borrowed(b, a, 'B', 'A', notes)];
}

function borrowed(side: Side, other: Side, name: string, otherName: string, notes: string[]): Side {
  if (side.vmdesc || !other.vmdesc || side.sections.length === 0) return side;
  const devices = new Map(
    other.vmdesc.devices.map((device) => [sectionName({ idstr: device.name, instance: device.instance }), device]),
  );
  let read = 0;
  const sections = side.sections.map((section) => {
    const device = devices.get(sectionName(section));
    const fits = device && section.payload && !section.state && device.version === section.version;
    const state = fits ? stateOf(section, device, side) : undefined;
    if (state) read++;
    return state ? { ...section, state } : section;
  });
  if (read > 0)
    notes.push(`${name} does not describe its device state: ${read} sections are read as ${otherName} describes them`);
  return { ...side, sections };
}

export function compareSideValues(a: Side, b: Side, matches: SectionMatches, notes: string[]): ValueDifference[] {
  const found: ValueDifference[] = [];
  const sections = [index(a.sections, sectionName), index(b.sections, sectionName)] as const;
  const records = [index(a.records, ({ section }) => section), index(b.records, ({ section }) => section)] as const;
  const compared = new Set<string>();
  for (const { a: one, b: other } of matches.pairs) {
    const [nameA, nameB] = [sectionName(one), sectionName(other)];
    compared.add(nameA);
    const [x, y] = [sections[0].get(nameA), sections[1].get(nameB)];
    if (!x || !y) continue;
    found.push(...compareSection(x, y, records[0].get(nameA), records[1].get(nameB), nameA, notes));
  }
  // Sections without device state: those that are sent in parts.
  for (const [name, one] of records[0]) {
    const other = records[1].get(name);
    if (other && !compared.has(name)) found.push(...named(compareRecords(one, other), name));
  }
  return found;
}

function compareSection(
  a: DeviceSection,
  b: DeviceSection,
  recordsA: SectionRecords | undefined,
  recordsB: SectionRecords | undefined,
  name: string,
  notes: string[],
): ValueDifference[] {
  if (recordsA && recordsB) return named(compareRecords(recordsA, recordsB), name);
  if (!a.payload || !b.payload) {
    notes.push(`${name}: more device state than is compared`);
    return [];
  }
  const [one, other] = [
    { payload: a.payload, ...(a.state && { state: a.state }) },
    { payload: b.payload, ...(b.state && { state: b.state }) },
  ];
  return named(compareValues(one, other), name);
}

function named(found: readonly Omit<ValueDifference, 'section'>[], section: string): ValueDifference[] {
  return found.map((difference) => ({ section, ...difference }));
}

function index<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T> {
  return new Map(all.map((one) => [nameOf(one), one]));
}
