/** Device sections taken apart for the rules that look inside them: each once, however many rules ask. */
import type { StructNode } from '../vmstate/decode.js';
import { fieldOf, structsOf } from '../vmstate/access.js';
import { virtioFacts, type VirtioFacts } from '../vmstate/devices/virtio/facts.js';
import { virtioDevice } from '../vmstate/devices/virtio/index.js';
import { decodeContents } from '../vmstate/opaque.js';
import type { VmsdDescription } from '../vmstate/vmdesc.js';
import { walkPayload } from '../vmstate/walk.js';
import type { EventOf } from '../stream/events.js';
import { sectionName } from '../wire/section.js';
import type { Facts } from './facts.js';
import type { ChannelWatch, RuleWatch, Violation } from './rule.js';

export type DeviceEvent = EventOf<'device-state'> | EventOf<'device-ahead'>;

/** The state of a section; undefined where no layout takes it apart. */
export function decodedState(event: DeviceEvent, machine: string | undefined): StructNode | undefined {
  const known = STATES.get(event);
  if (known !== undefined) return known ?? undefined;
  const { description, payload, idstr, version } = event;
  const { state } = decodeContents(description, payload, {
    idstr,
    sectionVersion: version,
    ...(machine !== undefined && { machine }),
    asBytes: PCI_TYPES,
  });
  STATES.set(event, state ?? null);
  return state;
}

const STATES = new WeakMap<DeviceEvent, StructNode | null>();

export interface VirtioSection {
  readonly event: DeviceEvent;
  /** The field that holds everything. */
  readonly core: StructNode;
  readonly state: StructNode;
  readonly facts: VirtioFacts;
}

const VIRTIO = new WeakMap<DeviceEvent, VirtioSection | null>();

/** A section of a virtio device; undefined for those of other devices, and where its core stays bytes. */
export function virtioSection(event: DeviceEvent, machine: string | undefined): VirtioSection | undefined {
  const known = VIRTIO.get(event);
  if (known !== undefined) return known ?? undefined;
  const found = readVirtio(event, machine);
  VIRTIO.set(event, found ?? null);
  return found;
}

/** True for what the vmdesc describes as the state of a virtio device. */
export function isVirtioDevice({ fields }: VmsdDescription): boolean {
  return fields.some(({ type }) => type === 'virtio');
}

function readVirtio(event: DeviceEvent, machine: string | undefined): VirtioSection | undefined {
  const { description, idstr, payload } = event;
  const isVirtio = description ? isVirtioDevice(description) : virtioDevice(idstr);
  const state = isVirtio ? decodedState(event, machine) : undefined;
  const facts = state && virtioFacts(state, payload, machine);
  const core = structsOf(state, 'virtio')[0];
  return state && facts && core ? { event, state, core, facts } : undefined;
}

/** The state of a disk that saves requests in flight; undefined for every other section. One byte says that there are none. */
export function scsiState(event: DeviceEvent, machine: string | undefined): StructNode | undefined {
  const has = (description: VmsdDescription): boolean =>
    description.fields.some(
      ({ type, size, struct }) => (type === 'scsi-requests' && size > 1) || (struct !== undefined && has(struct)),
    );
  return event.description && has(event.description) ? decodedState(event, machine) : undefined;
}

/** A watch that is shown every device section of the main channel. */
export function watchSections(
  look: (event: DeviceEvent, channel: string) => void,
  more: ChannelWatch = {},
): Pick<RuleWatch, 'channel'> {
  return {
    channel: ({ name, role }) =>
      role === 'main' ? { ...more, 'device-state': (event) => look(event, name) } : undefined,
  };
}

/** The same for those of virtio devices. What was guessed to be a section is passed over. */
export function watchVirtio(
  facts: Facts,
  look: (section: VirtioSection, channel: string) => void,
): Pick<RuleWatch, 'channel'> {
  return watchSections((event, channel) => {
    const section = facts.guessed ? undefined : virtioSection(event, facts.machine);
    if (section) look(section, channel);
  });
}

/** Where in a section something stands: what `report` wants of it. `path` as findings have it. */
export function placeIn(
  { idstr, instance, offset }: DeviceEvent,
  channel: string,
  { start, size }: { readonly start: number; readonly size: number },
  path: string,
): Pick<Violation, 'channel' | 'offset' | 'length' | 'section' | 'path'> {
  return { channel, offset: offset + start, length: size, section: sectionName({ idstr, instance }), path };
}

/** A part of a payload that is of one of the types that PCI devices have. */
export interface PciPart {
  readonly type: string;
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly path: string;
}

export const PCI_CONFIG = 'pci config';
export const PCI_IRQ_STATE = 'pci irq state';
const PCI_TYPES: ReadonlySet<string> = new Set([PCI_CONFIG, PCI_IRQ_STATE]);
const PCI_PARTS = new WeakMap<DeviceEvent, readonly PciPart[]>();

/** The config spaces and interrupt levels in a section: those that the vmdesc names, and those of virtio-pci. */
export function pciParts(event: DeviceEvent, machine: string | undefined): readonly PciPart[] {
  let parts = PCI_PARTS.get(event);
  if (!parts) PCI_PARTS.set(event, (parts = [...describedParts(event), ...virtioParts(event, machine)]));
  return parts;
}

/** A watch that is shown every part of one type in the device sections. What was guessed to be a section is passed over. */
export function watchPci(
  facts: Facts,
  wanted: typeof PCI_CONFIG | typeof PCI_IRQ_STATE,
  look: (part: PciPart, event: DeviceEvent, channel: string) => void,
): Pick<RuleWatch, 'channel'> {
  return watchSections((event, channel) => {
    if (facts.guessed) return;
    for (const part of pciParts(event, facts.machine)) if (part.type === wanted) look(part, event, channel);
  });
}

function describedParts({ description, payload }: DeviceEvent): PciPart[] {
  const parts: PciPart[] = [];
  if (!description || !mayHavePci(description)) return parts;
  walkPayload(description, payload, PCI_TYPES, {
    field({ name, type, size }, start, path) {
      parts.push({ type, start, bytes: payload.subarray(start, start + size), path: [...path, name].join(' > ') });
    },
  });
  return parts;
}

const WITH_PCI = new WeakMap<VmsdDescription, boolean>();

function mayHavePci(description: VmsdDescription): boolean {
  let may = WITH_PCI.get(description);
  if (may === undefined) {
    may =
      description.fields.some(({ type, struct }) => PCI_TYPES.has(type) || (struct && mayHavePci(struct))) ||
      description.subsections.some(mayHavePci);
    WITH_PCI.set(description, may);
  }
  return may;
}

function virtioParts(event: DeviceEvent, machine: string | undefined): PciPart[] {
  const [transport] = structsOf(virtioSection(event, machine)?.core, 'transport');
  const [device] = structsOf(transport, 'pci_dev');
  return [fieldOf(device, 'config'), fieldOf(device, 'irq_state')].flatMap((field) => {
    if (!field || !PCI_TYPES.has(field.type)) return [];
    const { type, start, size, name } = field;
    return [
      {
        type,
        start,
        bytes: event.payload.subarray(start, start + size),
        path: `virtio > transport > pci_dev > ${name}`,
      },
    ];
  });
}
