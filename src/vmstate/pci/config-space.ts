/**
 * The config space of a PCI function, taken apart: header, capabilities, extended capabilities.
 *
 * What follows the pointers is guarded: a list that leaves its place, comes back to where it was, or names no capability ends there, with
 * a note. Nothing here throws, whatever the bytes are. Writer: `put_pci_config_device` (hw/pci/pci.c).
 */
import { hex } from '../../finding.js';
import { CAPABILITIES } from './capabilities/conventional.js';
import type { CapabilityKind, CapabilityMask } from './capabilities/capability.js';
import { EXTENDED_CAPABILITIES } from './capabilities/extended.js';
import {
  CAPABILITY_POINTER,
  headerType,
  PCI_HEADER_END,
  PCI_STATUS,
  PCI_STATUS_CAP_LIST,
  readHeader,
} from './header.js';
import { type PciRegister, readRegisters, u } from './register.js';

/** Bytes of the config space that all functions have. */
export const PCI_CONFIG_SPACE_SIZE = 256;
/** Bytes of the config space of a PCI Express function. */
export const PCIE_CONFIG_SPACE_SIZE = 4096;

const SMALLEST_CAPABILITY = 4;
const SMALLEST_EXTENDED = 4;

export interface PciCapability {
  readonly id: number;
  readonly extended: boolean;
  readonly name: string;
  readonly offset: number;
  /** Bytes that are known to belong to it. */
  readonly size: number;
  /** Of an extended capability. */
  readonly version?: number;
  /** Where the next one stands; 0 at the end. */
  readonly next: number;
  readonly registers: readonly PciRegister[];
  /** What a destination does not compare of it. */
  readonly masks: readonly CapabilityMask[];
}

export interface PciConfigSpace {
  readonly vendor: number;
  readonly device: number;
  readonly headerType: number;
  readonly registers: readonly PciRegister[];
  readonly capabilities: readonly PciCapability[];
  readonly extended: readonly PciCapability[];
  /** What is wrong with the lists, in words. */
  readonly notes: readonly string[];
  /** The same, with the place of the pointer that leads there. */
  readonly faults: readonly ListFault[];
}

export interface ListFault {
  readonly text: string;
  /** The byte of the config space that holds the pointer. */
  readonly pointer: number;
}

/** Takes a config space apart. It may be shorter than 256 bytes: then what is not there is left out. */
export function decodeConfigSpace(space: Uint8Array): PciConfigSpace {
  const faults: ListFault[] = [];
  const capabilities = readCapabilities(space, faults);
  const extended = readExtended(space, faults);
  let registers: readonly PciRegister[] | undefined;
  return {
    vendor: u(space, 0, 2),
    device: u(space, 2, 2),
    headerType: headerType(space),
    get registers() {
      return (registers ??= readHeader(space));
    },
    capabilities,
    extended,
    notes: faults.map(({ text }) => text),
    faults,
  };
}

/** The capability with this id, the first where there are several. */
export function findCapability(space: Uint8Array, id: number): PciCapability | undefined {
  return readCapabilities(space, []).find((capability) => capability.id === id);
}

function readCapabilities(space: Uint8Array, faults: ListFault[]): PciCapability[] {
  const found: PciCapability[] = [];
  if ((u(space, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST) === 0) return found;
  const end = Math.min(space.length, PCI_CONFIG_SPACE_SIZE);
  const seen = new Set<number>();
  let pointer = CAPABILITY_POINTER[headerType(space)] ?? 0;
  for (let at = u(space, pointer, 1) & 0xfc; at !== 0;) {
    if (seen.has(at)) {
      faults.push({ text: `the capability list comes back to ${hex(at)}`, pointer });
      break;
    }
    seen.add(at);
    if (at < PCI_HEADER_END || at + SMALLEST_CAPABILITY > end) {
      faults.push({ text: `the capability list leads to ${hex(at)}`, pointer });
      break;
    }
    const id = u(space, at, 1);
    if (id === 0 || id === 0xff) {
      faults.push({ text: `no capability at ${hex(at)}`, pointer });
      break;
    }
    const next = u(space, at + 1, 1) & 0xfc;
    found.push(describe(space, at, end, next, CAPABILITIES.get(id), { id, extended: false }));
    pointer = at + 1;
    at = next;
  }
  return found;
}

function readExtended(space: Uint8Array, faults: ListFault[]): PciCapability[] {
  const found: PciCapability[] = [];
  const seen = new Set<number>();
  let pointer = PCI_CONFIG_SPACE_SIZE;
  for (let at = PCI_CONFIG_SPACE_SIZE; at !== 0;) {
    if (at < PCI_CONFIG_SPACE_SIZE || at + SMALLEST_EXTENDED > space.length) {
      if (seen.size > 0) faults.push({ text: `the extended capability list leads to ${hex(at)}`, pointer });
      break;
    }
    if (seen.has(at)) {
      faults.push({ text: `the extended capability list comes back to ${hex(at)}`, pointer });
      break;
    }
    seen.add(at);
    const header = u(space, at, 4);
    const id = header & 0xffff;
    if (header === 0 || id === 0xffff) {
      if (header !== 0 || seen.size > 1) faults.push({ text: `no extended capability at ${hex(at)}`, pointer });
      break;
    }
    // Id 0 at the start stands for a list whose first capability is further behind.
    const next = (header >>> 20) & 0xffc;
    const version = (header >>> 16) & 15;
    const kind = id === 0 ? undefined : EXTENDED_CAPABILITIES.get(id);
    found.push(describe(space, at, space.length, next, kind, { id, extended: true, version }));
    // The pointer is the upper 12 bits of the header.
    pointer = at + 2;
    at = next;
  }
  return found;
}

function describe(
  space: Uint8Array,
  offset: number,
  end: number,
  next: number,
  kind: CapabilityKind | undefined,
  what: Pick<PciCapability, 'id' | 'extended' | 'version'>,
): PciCapability {
  const limit = Math.min(end, kind ? offset + kind.size(space, offset) : offset + SMALLEST_CAPABILITY);
  // Read when somebody asks: most want the list.
  let registers: readonly PciRegister[] | undefined;
  return {
    ...what,
    name: kind ? (kind.title?.(space, offset) ?? kind.name) : `capability ${hex(what.id)}`,
    offset,
    size: limit - offset,
    next,
    get registers() {
      return (registers ??= kind ? readRegisters(space, kind.registers(space, offset), offset, limit) : []);
    },
    get masks() {
      return kind?.masks?.(space, offset) ?? [];
    },
  };
}
