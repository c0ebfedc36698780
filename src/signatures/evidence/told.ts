/** What a capture has to say about a line of a log: the shape of it, and how to find one's way in a capture. */
import type { DeviceSection, Side } from '../../diff/side.js';
import { type Finding, hex } from '../../finding.js';
import type { SectionSummary, StreamSummary } from '../../model/stream-model.js';
import type { StructNode } from '../../vmstate/decode.js';
import type { GuestMemory } from '../../vmstate/devices/virtio/rings.js';
import type { Explanation } from '../signature.js';

/** A capture that was read to see what it says of a line. */
export interface Told {
  /** What it is called: `the stream`, or `A` and `B` where there are two. */
  readonly label: string;
  readonly side: Side;
  /** What `validate` finds in it. */
  readonly findings: readonly Finding[];
  /** What the stream was wrapped in. */
  readonly layers: readonly string[];
  /** Parts of the guest's memory, where somebody needs them. */
  readonly memory?: GuestMemory;
}

/**
 * One thing that a capture says. `seen`: what is there; `shown`: the very thing that the line complains of; `change`: what to do about it.
 */
export interface Evidence {
  readonly kind: 'seen' | 'shown' | 'change';
  readonly text: string;
}

/** What a line asks of the stream that was refused, and of one of the destination's own where there is one. */
export type Inquiry = (line: Explanation, a: Told, b: Told | undefined) => readonly Evidence[];

export const seen = (text: string): Evidence => ({ kind: 'seen', text });
export const shown = (text: string): Evidence => ({ kind: 'shown', text });
export const change = (text: string): Evidence => ({ kind: 'change', text });

/** The main channel. */
export function mainOf({ side }: Told): StreamSummary | undefined {
  return side.summary?.streams[0];
}

export function machineOf(told: Told): string | undefined {
  return mainOf(told)?.configuration?.machine ?? told.side.dump?.machine;
}

/** The section of a device; `idstr` alone means its first instance. */
export function sectionOf({ side }: Told, idstr: string, instance = 0): DeviceSection | undefined {
  return side.sections.find((section) => section.idstr === idstr && section.instance === instance);
}

/** Every section that was sent, of iterable devices too. */
export function sectionsOf({ side }: Told): readonly SectionSummary[] {
  return side.summary?.streams.flatMap(({ sections }) => sections) ?? [];
}

/** `at 0x1234` of the file. */
export function placeOf(told: Told, idstr: string, instance = 0): string {
  const found = sectionsOf(told).find((section) => section.idstr === idstr && section.instance === instance);
  return found ? ` at ${hex(found.offset)}` : '';
}

/** The last part of an idstr: what the device is. */
export function deviceOf(idstr: string): string {
  return idstr.slice(idstr.lastIndexOf('/') + 1);
}

/** All structures of a section, the outer ones first. */
export function* structsIn(struct: StructNode): Generator<StructNode> {
  yield struct;
  for (const field of struct.fields) for (const inner of field.structs ?? []) yield* structsIn(inner);
  for (const subsection of struct.subsections) yield* structsIn(subsection);
}

/** Names in a message; the rest is counted. */
const MAX_NAMES = 6;

export function named(names: readonly string[]): string {
  const shownNames = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shownNames} and ${names.length - MAX_NAMES} more` : shownNames;
}

/** Machine types, where they alone explain what differs. */
export function machines(a: Told, b: Told | undefined): Evidence[] {
  const [one, other] = [machineOf(a), b && machineOf(b)];
  if (one === undefined) return [];
  if (other === undefined || other === one) return [change(`start the destination with -machine ${one}`)];
  return [
    seen(`the machine types differ: ${one} in ${a.label}, ${other} in ${b!.label}`),
    change(`start the destination with -machine ${one}, the machine type of ${a.label}`),
  ];
}
