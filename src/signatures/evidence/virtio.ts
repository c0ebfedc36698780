/** Lines of virtio devices: which device it was, and what the stream has of its features and queues. */
import { hex } from '../../finding.js';
import { virtioFacts, type VirtioFacts, type VirtioQueueFacts } from '../../vmstate/devices/virtio/facts.js';
import { featureName } from '../../vmstate/devices/virtio/features.js';
import { virtioDevice } from '../../vmstate/devices/virtio/index.js';
import type { DeviceSection } from '../../diff/side.js';
import type { Explanation } from '../signature.js';
import { layoutDifferences } from './sections.js';
import {
  change,
  deviceOf,
  type Evidence,
  type Inquiry,
  machineOf,
  named,
  seen,
  sectionOf,
  shown,
  type Told,
} from './told.js';

interface VirtioSection {
  readonly idstr: string;
  readonly facts: VirtioFacts;
}

/** Devices that are told one by one, where the line does not say which it was. */
const MAX_DEVICES = 3;
/** From 10.2 on the message has 128 bits, and the first number is cut down to what is allowed. */
const WIDE_DIGITS = 32;

export const features: Inquiry = (line, a, b) => {
  const [said, allowed] = [BigInt(`0x${line.values['features']}`), BigInt(`0x${line.values['allowed']}`)];
  const wide = line.values['features']!.length >= WIDE_DIGITS;
  const candidates = devices(a, line.device).filter(({ facts }) => {
    const used = valueOf(facts);
    return wide ? (used & allowed) === said && used !== said : used === said;
  });
  if (candidates.length === 0) {
    const which =
      line.device === undefined ? `no virtio device of ${a.label} uses` : `${line.device} of ${a.label} does not use`;
    return [seen(`${which} these features: the line is of another stream`)];
  }
  return [
    ...candidates.slice(0, MAX_DEVICES).flatMap((one) => missing(one, allowed, a, b)),
    ...(candidates.length > MAX_DEVICES
      ? [seen(`and so do ${named(candidates.slice(MAX_DEVICES).map(({ idstr }) => idstr))}`)]
      : []),
  ];
};

function missing({ idstr, facts }: VirtioSection, allowed: bigint, a: Told, b: Told | undefined): Evidence[] {
  const device = virtioDevice(idstr);
  const name = (bit: number): string => `${featureName(device, bit) ?? 'unknown to migscope'} (bit ${bit})`;
  const bits = [...facts.features].filter((bit) => ((allowed >> BigInt(bit)) & 1n) === 0n).sort((x, y) => x - y);
  const said = [
    shown(
      `${idstr}: ${a.label} uses ${bits.length === 1 ? 'a feature that is' : `${bits.length} features that are`} not allowed: ${bits.map(name).join(', ')}`,
    ),
  ];
  const other = b && factsOf(sectionOf(b, idstr), b);
  if (other) {
    const used = bits.filter((bit) => other.features.has(bit));
    said.push(
      seen(
        used.length === bits.length
          ? `${b.label} uses them too: the destination of the line is set up otherwise than the source of ${b.label}`
          : `${b.label} does not use ${bits
              .filter((bit) => !other.features.has(bit))
              .map(name)
              .join(', ')}${other.status === 0 ? ', but no driver has started there' : ''}`,
      ),
    );
  }
  said.push(
    change(
      `offer them at the destination (machine type, properties, kernel and back-end of the source), or start the guest of the source without them: ${deviceOf(idstr)} has a property for most, of the same name in lower case`,
    ),
  );
  return said;
}

function valueOf({ features: bits }: VirtioFacts): bigint {
  return [...bits].reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n);
}

/** The index and, where the capture has the memory, what the rings in it have. */
export const usedIndex: Inquiry = (line, a, b) => {
  const [last, used] = [numberIn(line, 'last'), numberIn(line, 'used')];
  return ofQueue(line, a, b, last, (device, queue, which) => [
    ...inRing(device, queue.desc === 0 ? 0 : queue.used, used, 'used', which, a, b),
  ]);
};

export const guestIndex: Inquiry = (line, a, b) => {
  const [host, guest] = [numberIn(line, 'host'), numberIn(line, 'guest')];
  return ofQueue(line, a, b, host, (device, queue, which) => [
    ...inRing(device, queue.desc === 0 ? 0 : queue.avail, guest, 'available', which, a, b),
  ]);
};

/** Holds the index that a destination read from a ring against the one in the memory of the capture. */
function inRing(
  { idstr, facts }: VirtioSection,
  ring: number,
  read: number,
  name: string,
  which: string,
  a: Told,
  b: Told | undefined,
): Evidence[] {
  if (ring === 0)
    return misread(idstr, `${which} has no ring in ${a.label}, and the destination read ${hex(read)}`, a, b);
  const index = indexAt(a, ring, facts);
  if (index === undefined)
    return [seen(`the ${name} ring at ${hex(ring)} is not in what the capture has of the memory`)];
  if (index !== read)
    return misread(
      idstr,
      `the ${name} ring of ${a.label}, at ${hex(ring)}, has ${hex(index)}, and the destination read ${hex(read)}`,
      a,
      b,
    );
  return [
    shown(
      `the ${name} ring of ${a.label}, at ${hex(ring)}, has ${hex(read)} as well: memory and device state of ${which} are not of one time`,
    ),
    change(
      'take the stream again; look for what writes the memory of the guest beside the migration (shared memory files, a second guest on one image)',
    ),
  ];
}

export const noAddress: Inquiry = (line, a, b) =>
  ofQueue(line, a, b, numberIn(line, 'host'), (_, queue, which) => [
    queue.desc === 0
      ? shown(`${which} has no address in ${a.label}: its device state is damaged`)
      : seen(`${which} has the address ${hex(queue.desc)} in ${a.label}`),
  ]);

function misread(idstr: string, what: string, a: Told, b: Told | undefined): Evidence[] {
  const why = shown(
    `${what}: it read the state of ${idstr} with another layout, or its memory is not that of the stream`,
  );
  if (b) return [why, ...layoutDifferences(sectionOf(a, idstr), a, b)];
  return [why, change('a stream that the destination wrote, beside this one, shows the field that grew or shrank')];
}

type AboutQueue = (device: VirtioSection, queue: VirtioQueueFacts, which: string) => readonly Evidence[];

/** Finds the queue of the line: by the device where that is known, else by its number, size and index. */
function ofQueue(line: Explanation, a: Told, b: Told | undefined, last: number, about: AboutQueue): Evidence[] {
  const number = Number(line.values['queue']);
  const size = line.values['size'] === undefined ? undefined : numberIn(line, 'size');
  const all = devices(a, line.device).flatMap((device) => {
    const queue = device.facts.queues[number];
    return queue ? [{ device, queue }] : [];
  });
  const fitting = all.filter(({ queue }) => queue.lastAvailIdx === last && (size === undefined || queue.num === size));
  if (fitting.length === 0) {
    const [first] = all;
    if (line.device === undefined || !first)
      return [
        seen(
          `no virtio device of ${a.label} has a queue ${number} with these numbers: the line is of another stream, or the destination misread this one`,
        ),
      ];
    const { num, lastAvailIdx, name } = first.queue;
    return misread(
      line.device,
      `queue ${number} (${name}) of ${line.device}: ${a.label} has ${num} entries and last_avail_idx ${hex(lastAvailIdx)}, and the destination read ${size === undefined ? '' : `${size} and `}${hex(last)}`,
      a,
      b,
    );
  }
  return fitting.slice(0, MAX_DEVICES).flatMap(({ device, queue }) => {
    const which = `queue ${number} (${queue.name}) of ${device.idstr}`;
    return [
      seen(
        `${which}: ${a.label} has ${queue.num} entries and last_avail_idx ${hex(queue.lastAvailIdx)}, as the line says`,
      ),
      ...about(device, queue, which),
    ];
  });
}

/** The index of a ring stands behind two bytes of flags. */
function indexAt({ memory }: Told, ring: number, { littleEndian }: VirtioFacts): number | undefined {
  const [first, second] = memory?.(ring + 2, 2) ?? [];
  if (first === undefined || second === undefined) return undefined;
  return littleEndian ? first | (second << 8) : (first << 8) | second;
}

/** Where in the guest's memory the indices are that a line of a virtio queue is about: address and bytes. */
export function ringsOf(line: Explanation, a: Told): (readonly [address: number, length: number])[] {
  if (line.name !== 'virtio-used-index' && line.name !== 'virtio-guest-index') return [];
  const number = Number(line.values['queue']);
  return devices(a, line.device).flatMap(({ facts }) => {
    const queue = facts.queues[number];
    return queue && queue.desc !== 0 ? [[queue.avail + 2, 2] as const, [queue.used + 2, 2] as const] : [];
  });
}

/** Property and field of virtio-mem and of what saves its properties in the same way. */
const PROPERTIES: Readonly<Record<string, string>> = {
  memaddr: 'addr',
  'block-size': 'block_size',
  node: 'node',
  size: 'region_size',
};

export function propertyField(property: string): string {
  return PROPERTIES[property] ?? property;
}

function devices(told: Told, idstr: string | undefined): VirtioSection[] {
  return told.side.sections.flatMap((section) => {
    if (idstr !== undefined && section.idstr !== idstr) return [];
    const facts = factsOf(section, told);
    return facts ? [{ idstr: section.idstr, facts }] : [];
  });
}

function factsOf(section: DeviceSection | undefined, told: Told): VirtioFacts | undefined {
  return section?.state && section.payload && virtioFacts(section.state, section.payload, machineOf(told));
}

function numberIn({ values }: Explanation, name: string): number {
  return Number.parseInt(values[name] || '0', 16);
}
