/** The smaller capabilities of the list that starts in the header. Source: PCI Code and ID Assignment Specification, and the bus specifications. */
import { bitField, bits, type Names } from '../../meaning.js';
import { register, u } from '../register.js';
import { type CapabilityKind, fixed } from './capability.js';
import { MSI, MSIX } from './message-signalled.js';
import { PCI_EXPRESS } from './pci-express.js';
import { VENDOR_SPECIFIC } from './vendor-specific.js';

const PMC = bits(
  {
    3: 'PME_CLOCK',
    5: 'DSI',
    9: 'D1',
    10: 'D2',
    11: 'PME_D0',
    12: 'PME_D1',
    13: 'PME_D2',
    14: 'PME_D3hot',
    15: 'PME_D3cold',
  },
  bitField(0, 2, 'version'),
  bitField(6, 8, 'aux current'),
);
const PMCSR = bits(
  { 3: 'NO_SOFT_RESET', 8: 'PME_ENABLE', 15: 'PME_STATUS' },
  bitField(0, 1, '', { 0: 'D0', 1: 'D1', 2: 'D2', 3: 'D3hot' }),
  bitField(9, 12, 'data select'),
  bitField(13, 14, 'data scale'),
);

const POWER_MANAGEMENT: CapabilityKind = {
  id: 0x01,
  name: 'power management',
  size: fixed(8),
  registers: () => [
    register(2, 2, 'PMC', PMC),
    register(4, 2, 'PMCSR', PMCSR),
    register(6, 1, 'bridge extensions', bits({ 6: 'B2_B3', 7: 'BPCC_ENABLE' })),
    register(7, 1, 'data'),
  ],
  masks: () => [{ offset: 4, size: 2, write: 0x0003, varies: 0x9f00 }],
};

const VPD: CapabilityKind = {
  id: 0x03,
  name: 'vital product data',
  size: fixed(8),
  registers: () => [register(2, 2, 'address', bits({ 15: 'F' }, bitField(0, 14, 'address'))), register(4, 4, 'data')],
  masks: () => [
    { offset: 2, size: 2, varies: 0xffff },
    { offset: 4, size: 4, varies: 0xffff_ffff },
  ],
};

const SLOT_ID: CapabilityKind = {
  id: 0x04,
  name: 'slot identification',
  size: fixed(4),
  registers: () => [
    register(2, 1, 'expansion slot', bits({ 5: 'FIRST_IN_CHASSIS' }, bitField(0, 4, 'slots'))),
    register(3, 1, 'chassis number'),
  ],
  masks: () => [{ offset: 3, size: 1, write: 0xff }],
};

/** Kinds of HyperTransport capabilities in the top five bits; interface blocks use only the top three. */
const HT_KINDS: Names = {
  0x00: 'slave interface',
  0x20: 'host interface',
  0x40: 'switch',
  0x80: 'interrupt discovery',
  0x88: 'revision id',
  0x90: 'unit id clumping',
  0x98: 'extended config access',
  0xa0: 'address mapping',
  0xa8: 'MSI mapping',
  0xb0: 'direct route',
  0xb8: 'VCSet',
  0xc0: 'retry mode',
};

const HYPERTRANSPORT: CapabilityKind = {
  id: 0x08,
  name: 'HyperTransport',
  title: (space, offset) => {
    const top = u(space, offset + 3, 1);
    const kind = HT_KINDS[top < 0x60 ? top & 0xe0 : top & 0xf8];
    return kind === undefined ? 'HyperTransport' : `HyperTransport ${kind}`;
  },
  size: fixed(4),
  registers: () => [register(2, 2, 'command')],
};

const SHPC: CapabilityKind = {
  id: 0x0c,
  name: 'SHPC',
  size: fixed(8),
  registers: () => [
    register(2, 1, 'dword select'),
    register(3, 1, 'pending', bits({ 6: 'CSP', 7: 'CIP' })),
    register(4, 4, 'dword data'),
  ],
  masks: () => [
    { offset: 2, size: 1, write: 0xff },
    { offset: 4, size: 4, write: 0xffff_ffff },
  ],
};

const SUBSYSTEM: CapabilityKind = {
  id: 0x0d,
  name: 'subsystem ids',
  size: fixed(8),
  registers: () => [register(4, 2, 'subsystem vendor id'), register(6, 2, 'subsystem id')],
};

const SATA: CapabilityKind = {
  id: 0x12,
  name: 'SATA',
  size: fixed(8),
  registers: () => [
    register(2, 2, 'revision'),
    register(4, 4, 'BAR offset', bits({}, bitField(0, 3, 'location'), bitField(4, 23, 'offset'))),
  ],
};

const ADVANCED_FEATURES: CapabilityKind = {
  id: 0x13,
  name: 'advanced features',
  size: fixed(6),
  registers: () => [
    register(2, 1, 'length'),
    register(3, 1, 'capabilities', bits({ 0: 'TP', 1: 'FLR' })),
    register(4, 1, 'control', bits({ 0: 'FLR' })),
    register(5, 1, 'status', bits({ 0: 'TP' })),
  ],
};

const ENHANCED_ALLOCATION: CapabilityKind = {
  id: 0x14,
  name: 'enhanced allocation',
  size: (space, offset) => {
    let size = u(space, 0x0e, 1) & 1 ? 8 : 4;
    for (let left = u(space, offset + 2, 1) & 63; left > 0; left--) size += 4 * (1 + (u(space, offset + size, 1) & 7));
    return size;
  },
  registers: () => [register(2, 1, 'entries')],
};

const ID_AND_NEXT = 2;

/** Kinds of which only the name is known. */
const named = (id: number, name: string): CapabilityKind => ({
  id,
  name,
  size: fixed(ID_AND_NEXT),
  registers: () => [],
});

export const CAPABILITIES: ReadonlyMap<number, CapabilityKind> = new Map(
  [
    POWER_MANAGEMENT,
    named(0x02, 'AGP'),
    VPD,
    SLOT_ID,
    MSI,
    named(0x06, 'CompactPCI hot swap'),
    named(0x07, 'PCI-X'),
    HYPERTRANSPORT,
    VENDOR_SPECIFIC,
    named(0x0a, 'debug port'),
    named(0x0b, 'CompactPCI resource control'),
    SHPC,
    SUBSYSTEM,
    named(0x0e, 'AGP 8x'),
    named(0x0f, 'secure device'),
    PCI_EXPRESS,
    MSIX,
    SATA,
    ADVANCED_FEATURES,
    ENHANCED_ALLOCATION,
    named(0x15, 'flattening portal bridge'),
  ].map((kind) => [kind.id, kind]),
);
