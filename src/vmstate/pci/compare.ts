/**
 * Two config spaces of one function beside each other: that of a stream, and that of the destination that is to load it. Says which
 * registers and capabilities differ, and what the destination makes of each difference.
 *
 * `get_pci_config_device` (hw/pci/pci.c) stops at the first byte that differs where it may not, and names it by its offset alone.
 */
import { hex } from '../../finding.js';
import { decodeConfigSpace, type PciCapability } from './config-space.js';
import { configMasks, type ConfigMasks } from './masks.js';
import { type PciRegister, registerNames } from './register.js';
import { registerMap, type RegisterPlace } from './register-at.js';

/**
 * `refused`: the destination compares the bits, and fails. `perhaps`: it depends on the device model or on the size of a BAR.
 * `ignored`: it takes over what the stream has.
 */
export type ConfigVerdict = 'refused' | 'perhaps' | 'ignored';

export interface ConfigByte {
  readonly offset: number;
  readonly source: number;
  readonly destination: number;
  /** Bits that differ and are compared. */
  readonly refused: number;
  /** Bits that differ and may be compared. */
  readonly perhaps: number;
}

/** A register that differs, or a run of bytes that are no register. */
export interface ConfigDifference {
  /** What stands there on the destination, as `MSI-X > control`. */
  readonly path: string;
  /** What stands there in the stream, where that is something else. */
  readonly sourcePath?: string;
  readonly offset: number;
  readonly size: number;
  /** The values as text, with what they stand for. */
  readonly source: string;
  readonly destination: string;
  readonly verdict: ConfigVerdict;
  readonly bytes: readonly ConfigByte[];
}

export interface ConfigComparison {
  /** What differs between the lists of capabilities, in words. */
  readonly lists: readonly string[];
  readonly differences: readonly ConfigDifference[];
  /** The byte that a destination names when it refuses. */
  readonly refusedAt?: ConfigByte;
}

/** What the two sides are called in the messages. */
export interface Sides {
  readonly source: string;
  readonly destination: string;
}

/** What a destination prints of the byte at which it refuses; a format string where the byte is not known. */
export function badConfigText(byte?: ConfigByte): string {
  const digits = (value: number | undefined): string => value?.toString(16) ?? '%x';
  return `get_pci_config_device: Bad config data: i=0x${digits(byte?.offset)} read: ${digits(byte?.source)} device: ${digits(byte?.destination)}`;
}

/** What links capabilities into their list. */
const LINKS = /^capability list$|> (id|next|header)$/;

/** The differences of registers that are the same in both spaces, and the bytes of those that only tell that the lists of capabilities differ. */
export function apartFromLists({ lists, differences }: ConfigComparison): {
  readonly registers: readonly ConfigDifference[];
  readonly ofLists: readonly ConfigByte[];
} {
  const isOfLists = ({ path, sourcePath }: ConfigDifference): boolean =>
    lists.length > 0 && (sourcePath !== undefined || LINKS.test(path));
  return {
    registers: differences.filter((difference) => !isOfLists(difference)),
    ofLists: differences.filter(isOfLists).flatMap(({ bytes }) => bytes),
  };
}

/** How lists of capabilities differ, in one sentence: what is said of one list is said once. */
export function listsText({ lists }: ConfigComparison): string {
  const about = (said: string | undefined): string => said?.slice(0, said.indexOf(': ') + 2) ?? '';
  return lists
    .map((said, i) => (i > 0 && about(said) === about(lists[i - 1]) ? said.slice(about(said).length) : said))
    .join('; ');
}

/** Compares the config space of a stream with that of a destination's device. */
export function compareConfigSpaces(
  source: Uint8Array,
  destination: Uint8Array,
  sides: Sides = { source: 'source', destination: 'destination' },
): ConfigComparison {
  const masks = configMasks(destination);
  const bytes: ConfigByte[] = [];
  for (let offset = 0; offset < Math.min(source.length, destination.length); offset++) {
    if (source[offset] !== destination[offset]) bytes.push(compareByte(source, destination, masks, offset));
  }
  const refusedAt = bytes.find(({ refused }) => refused !== 0);
  return {
    lists: compareLists(source, destination, sides),
    differences: group(bytes, source, destination),
    ...(refusedAt && { refusedAt }),
  };
}

function compareByte(source: Uint8Array, destination: Uint8Array, masks: ConfigMasks, offset: number): ConfigByte {
  const changed = source[offset]! ^ destination[offset]!;
  return {
    offset,
    source: source[offset]!,
    destination: destination[offset]!,
    refused: changed & masks.compared[offset]!,
    perhaps: changed & masks.perhaps[offset]!,
  };
}

/** Bytes of one register together, and bytes in a row that are of none. */
function group(bytes: readonly ConfigByte[], source: Uint8Array, destination: Uint8Array): ConfigDifference[] {
  const [inSource, inDestination] = [registerMap(source), registerMap(destination)];
  const differences: ConfigDifference[] = [];
  for (let i = 0; i < bytes.length;) {
    const { offset } = bytes[i]!;
    const [from, to] = [inSource(offset), inDestination(offset)];
    const end = to.register ? to.register.offset + to.register.size : runEnd(bytes, i, inDestination);
    let next = i;
    while (next < bytes.length && bytes[next]!.offset < end) next++;
    const own = bytes.slice(i, next);
    const [start, size] = to.register ? [to.register.offset, to.register.size] : [offset, end - offset];
    differences.push({
      path: to.path,
      ...(from.path !== to.path && { sourcePath: from.path }),
      offset: start,
      size,
      source: valueText(from.path === to.path ? from.register : undefined, source, start, size),
      destination: valueText(to.register, destination, start, size),
      verdict: worst(own),
      bytes: own,
    });
    i = next;
  }
  return differences;
}

function runEnd(bytes: readonly ConfigByte[], first: number, place: (offset: number) => RegisterPlace): number {
  let last = bytes[first]!.offset;
  for (const { offset } of bytes.slice(first + 1)) {
    if (offset !== last + 1 || place(offset).register) break;
    last = offset;
  }
  return last + 1;
}

function worst(bytes: readonly ConfigByte[]): ConfigVerdict {
  if (bytes.some(({ refused }) => refused !== 0)) return 'refused';
  return bytes.some(({ perhaps }) => perhaps !== 0) ? 'perhaps' : 'ignored';
}

function valueText(register: PciRegister | undefined, space: Uint8Array, start: number, size: number): string {
  if (!register || register.value instanceof Uint8Array)
    return Buffer.from(space.subarray(start, start + size))
      .toString('hex')
      .replace(/..(?=.)/g, '$& ');
  return [hex(register.value), ...registerNames(register)].join(' ');
}

/** Says of two lists of capabilities how they differ: where they start, what only one side has, what stands elsewhere. */
function compareLists(source: Uint8Array, destination: Uint8Array, sides: Sides): string[] {
  const said: string[] = [];
  if (source.length !== destination.length) {
    const kind = (space: Uint8Array): string => (space.length > 256 ? 'PCI Express' : 'conventional PCI');
    const of = (space: Uint8Array, side: string): string => `${side} has ${space.length} bytes, ${kind(space)}`;
    said.push(`config space: ${of(source, sides.source)}; ${of(destination, sides.destination)}`);
  }
  const [from, to] = [decodeConfigSpace(source), decodeConfigSpace(destination)];
  said.push(...listDifferences('capability list', from.capabilities, to.capabilities, sides));
  said.push(...listDifferences('extended capability list', from.extended, to.extended, sides));
  return said;
}

function listDifferences(
  name: string,
  from: readonly PciCapability[],
  to: readonly PciCapability[],
  { source, destination }: Sides,
): string[] {
  if (sameList(from, to)) return [];
  const said = [`${name}: ${source} ${startOf(from)}, ${destination} ${startOf(to)}`];
  const [inSource, inDestination] = [byIdentity(from), byIdentity(to)];
  for (const [key, one] of inSource) {
    const other = inDestination.get(key);
    if (!other) said.push(`${name}: only ${source} has ${placeOf(one)}`);
    else if (other.offset !== one.offset)
      said.push(
        `${name}: ${one.name} is at ${hex(one.offset)} in ${source}, at ${hex(other.offset)} in ${destination}`,
      );
    else if (other.size !== one.size)
      said.push(`${name}: ${placeOf(one)} has ${one.size} bytes in ${source}, ${other.size} in ${destination}`);
  }
  for (const [key, one] of inDestination)
    if (!inSource.has(key)) said.push(`${name}: only ${destination} has ${placeOf(one)}`);
  return said;
}

function sameList(a: readonly PciCapability[], b: readonly PciCapability[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ id, offset, size, name }, i) => {
      const other = b[i]!;
      return id === other.id && offset === other.offset && size === other.size && name === other.name;
    })
  );
}

/** Of several capabilities with one name, the first, the second and so on are compared with each other. */
function byIdentity(list: readonly PciCapability[]): Map<string, PciCapability> {
  const found = new Map<string, PciCapability>();
  for (const one of list) {
    let number = 0;
    while (found.has(`${one.id} ${one.name} ${number}`)) number++;
    found.set(`${one.id} ${one.name} ${number}`, one);
  }
  return found;
}

function startOf(list: readonly PciCapability[]): string {
  return list[0] ? `starts with ${placeOf(list[0])}` : 'has none';
}

function placeOf({ name, offset }: PciCapability): string {
  return `${name} at ${hex(offset)}`;
}
