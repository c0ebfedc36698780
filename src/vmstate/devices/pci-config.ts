/**
 * `pci config` and `pci irq state`: what a `PCIDevice` has in the vmdesc, and the start of the state of virtio-pci and VFIO devices.
 *
 *     config space    256 or 4096   registers, little-endian; capabilities in the order of their offsets
 *     irq state       16            the levels of INTA to INTD, each 0 or 1
 *
 * Writer: `put_pci_config_device`, `put_pci_irq_state` (hw/pci/pci.c).
 */
import { hex } from '../../finding.js';
import type { Cutter } from '../cutter.js';
import { bitField, bits } from '../meaning.js';
import type { OpaqueLayout } from '../opaque.js';
import {
  decodeConfigSpace,
  type PciCapability,
  PCI_CONFIG_SPACE_SIZE,
  PCIE_CONFIG_SPACE_SIZE,
} from '../pci/config-space.js';
import { PCI_HEADER_END } from '../pci/header.js';
import type { PciRegister } from '../pci/register.js';

const TYPES = { 1: 'uint8', 2: 'le16', 3: 'le24', 4: 'le32', 8: 'le64' } as const;
const PINS = 4;
const EXTENDED_HEADER = bits({}, bitField(0, 15, 'id'), bitField(16, 19, 'version'), bitField(20, 31, 'next'));

export const PCI_CONFIG: OpaqueLayout = {
  name: 'pci config',
  types: ['pci config'],
  cut: cutConfigSpace,
};

export const PCI_IRQ_STATE: OpaqueLayout = {
  name: 'pci irq state',
  types: ['pci irq state'],
  cut(cut) {
    for (let pin = 0; pin < PINS; pin++) {
      const level = cut.peek('uint32', 4 * pin) ?? 0;
      cut.check(
        level === 0 || level === 1,
        `the level of an interrupt line is ${hex(level)}, not 0 or 1`,
        cut.at + 4 * pin,
      );
    }
    cut.integers('INTA to INTD', 'uint32', PINS);
    return 'interrupt lines';
  },
};

/** Cuts what remains, which is a config space. Its bytes are kept in their order: capabilities stand where they are, not as they are linked. */
export function cutConfigSpace(cut: Cutter): string {
  const size = cut.remaining;
  cut.check(size === PCI_CONFIG_SPACE_SIZE || size === PCIE_CONFIG_SPACE_SIZE, `a config space of ${size} bytes`);
  const start = cut.at;
  const space = decodeConfigSpace(cut.look(size));
  const capabilities = [...space.capabilities, ...space.extended].sort((a, b) => a.offset - b.offset);
  // The header of a CardBus bridge goes on behind that of the others; capabilities stand behind both.
  const header = space.registers.filter(({ offset }) => offset < (capabilities[0]?.offset ?? PCI_CONFIG_SPACE_SIZE));
  for (const entry of header) cutRegister(cut, start, entry);
  if (cut.at - start < PCI_HEADER_END) gap(cut, start, PCI_HEADER_END, 'reserved');
  for (const [i, capability] of capabilities.entries()) {
    gap(cut, start, capability.offset, 'device specific');
    const end = Math.min(capability.offset + capability.size, capabilities[i + 1]?.offset ?? size);
    cut.struct(capability.name, labelOf(capability), () => cutCapability(cut, start, capability, end));
  }
  gap(cut, start, size, 'device specific');
  return ['PCI config space', ...space.notes].join(', ');
}

function cutCapability(cut: Cutter, start: number, { extended, registers }: PciCapability, end: number): void {
  if (extended) cut.integer('header', 'le32', EXTENDED_HEADER);
  else {
    cut.u8('id');
    cut.u8('next');
  }
  for (const entry of registers) {
    if (entry.offset + entry.size > end) break;
    cutRegister(cut, start, entry);
  }
  gap(cut, start, end, 'reserved');
}

function cutRegister(cut: Cutter, start: number, { name, offset, size, meaning }: PciRegister): void {
  gap(cut, start, offset, 'reserved');
  const type = (TYPES as Partial<Record<number, (typeof TYPES)[keyof typeof TYPES]>>)[size];
  if (type) cut.integer(name, type, meaning);
  else cut.bytes(name, size);
}

/** The bytes up to `to`, which are shown where they are not zero. */
function gap(cut: Cutter, start: number, to: number, what: 'reserved' | 'device specific'): void {
  const from = cut.at - start;
  cut.unused(`${what} ${hex(from)}..${hex(to - 1)}`, Math.max(0, to - from));
}

function labelOf({ id, extended, version, offset, next }: PciCapability): string {
  const kind = extended ? `extended capability ${hex(id)} version ${version}` : `capability ${hex(id)}`;
  return `${kind} at ${hex(offset)}, ${next === 0 ? 'the last' : `next at ${hex(next)}`}`;
}
