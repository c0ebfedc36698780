/**
 * Joins the FULL sections of a stream with the entries of its vmdesc. The vmdesc names what the source wrote, in its order: where the two
 * disagree, bytes were changed behind its back.
 */
import { isKnownMisdescription, keyOf } from '../stream/device-states.js';
import { describedSize, type DeviceDescription } from '../vmstate/vmdesc.js';
import type { Facts, FullSection } from './facts.js';

export interface MatchedSection {
  readonly section: FullSection;
  readonly description: DeviceDescription;
  /** Position of the entry in the vmdesc. */
  readonly position: number;
  /** Bytes that the entry describes; undefined where its release is known to describe them wrongly. */
  readonly size: number | undefined;
}

export interface VmdescMatch {
  readonly matched: readonly MatchedSection[];
  /** Sections that no entry is left for: those whose name and instance the vmdesc does not have, and copies of one that it has. */
  readonly unknown: readonly FullSection[];
  readonly copies: readonly FullSection[];
  /** Entries that no section has come for. */
  readonly missing: readonly DeviceDescription[];
}

const known = new WeakMap<Facts, VmdescMatch>();

/** The match of a stream that has been read to its end; undefined where there is no vmdesc, or its sections are guessed. */
export function vmdescMatch(facts: Facts): VmdescMatch | undefined {
  const description = facts.vmdesc?.description;
  if (!description || facts.guessed) return undefined;
  const found = known.get(facts);
  if (found) return found;
  const entries = new Map<string, { description: DeviceDescription; position: number }[]>();
  description.devices.forEach((device, position) => {
    const key = keyOf(device.name, device.instance);
    entries.set(key, [...(entries.get(key) ?? []), { description: device, position }]);
  });
  const matched: MatchedSection[] = [];
  const unknown: FullSection[] = [];
  const copies: FullSection[] = [];
  for (const section of facts.fulls) {
    const entry = entries.get(keyOf(section.idstr, section.instance));
    const next = entry?.shift();
    if (next) {
      const size = isKnownMisdescription(next.description) ? undefined : describedSize(next.description);
      matched.push({ section, ...next, size });
    } else (entry ? copies : unknown).push(section);
  }
  const missing = [...entries.values()].flat().map((entry) => entry.description);
  const match = { matched, unknown, copies, missing };
  known.set(facts, match);
  return match;
}
