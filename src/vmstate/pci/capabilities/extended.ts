/**
 * Extended capabilities: those in the config space behind the first 256 bytes. Source: PCI Express Base Specification §7.9,
 * include/standard-headers/linux/pci_regs.h in QEMU.
 */
import { bitField, bits } from '../../meaning.js';
import { register, type RegisterLayout, u } from '../register.js';
import { type CapabilityKind, fixed } from './capability.js';
import { AER, DPC } from './error-reporting.js';

const SERIAL_NUMBER: CapabilityKind = {
  id: 0x0003,
  name: 'device serial number',
  size: fixed(12),
  registers: () => [register(4, 8, 'serial number')],
};

/** Its header has the size; the id there is the vendor's own. */
const VENDOR_SPECIFIC: CapabilityKind = {
  id: 0x000b,
  name: 'vendor-specific',
  size: (space, offset) => Math.max(8, u(space, offset + 4, 4) >>> 20),
  registers: () => [
    register(
      4,
      4,
      'vendor header',
      bits({}, bitField(0, 15, 'id'), bitField(16, 19, 'revision'), bitField(20, 31, 'length')),
    ),
  ],
};

const ACS_BITS = bits(
  { 0: 'SV', 1: 'TB', 2: 'RR', 3: 'CR', 4: 'UF', 5: 'EC', 6: 'DT' },
  bitField(8, 15, 'egress vector size'),
);

const ACS: CapabilityKind = {
  id: 0x000d,
  name: 'ACS',
  size: fixed(8),
  registers: () => [register(4, 2, 'capabilities', ACS_BITS), register(6, 2, 'control', ACS_BITS)],
  masks: (space, offset) => [{ offset: 6, size: 2, write: u(space, offset + 4, 2) & 0x7f }],
};

const ARI: CapabilityKind = {
  id: 0x000e,
  name: 'ARI',
  size: fixed(8),
  registers: () => [
    register(4, 2, 'capabilities', bits({ 0: 'MFVC', 1: 'ACS' }, bitField(8, 15, 'next function'))),
    register(6, 2, 'control', bits({ 0: 'MFVC', 1: 'ACS' }, bitField(4, 6, 'function group'))),
  ],
};

const ATS: CapabilityKind = {
  id: 0x000f,
  name: 'ATS',
  size: fixed(8),
  registers: () => [
    register(4, 2, 'capabilities', bits({ 5: 'PAGE_ALIGNED', 6: 'GLOBAL_INVALIDATE' }, bitField(0, 4, 'queue depth'))),
    register(6, 2, 'control', bits({ 15: 'ENABLE' }, bitField(0, 4, 'smallest unit'))),
  ],
  masks: () => [{ offset: 6, size: 2, write: 0x800f, varies: 0x0010 }],
};

const SRIOV_BARS: readonly RegisterLayout[] = [0, 1, 2, 3, 4, 5].map((i) => register(0x24 + 4 * i, 4, `VF BAR${i}`));

const SRIOV: CapabilityKind = {
  id: 0x0010,
  name: 'SR-IOV',
  size: fixed(0x40),
  registers: () => [
    register(0x04, 4, 'capabilities', bits({ 0: 'VFM', 1: 'ARI', 2: 'VF_10BIT_TAG_REQ' }, bitField(21, 31, 'irq'))),
    register(0x08, 2, 'control', bits({ 0: 'VFE', 1: 'VFM', 2: 'INTR', 3: 'MSE', 4: 'ARI', 5: 'VF_10BIT_TAG_REQ' })),
    register(0x0a, 2, 'status', bits({ 0: 'VFM' })),
    register(0x0c, 2, 'initial VFs'),
    register(0x0e, 2, 'total VFs'),
    register(0x10, 2, 'VFs'),
    register(0x12, 1, 'function dependency'),
    register(0x14, 2, 'first VF offset'),
    register(0x16, 2, 'VF stride'),
    register(0x1a, 2, 'VF device id'),
    register(0x1c, 4, 'supported page sizes'),
    register(0x20, 4, 'system page size'),
    ...SRIOV_BARS,
    register(0x3c, 4, 'migration state'),
  ],
  masks: () => [
    { offset: 0x08, size: 2, write: 0x0019 },
    { offset: 0x10, size: 2, write: 0xffff },
    { offset: 0x1c, size: 4, varies: 0xffff_ffff },
    { offset: 0x20, size: 4, write: 0x0553 },
    ...SRIOV_BARS.map(({ offset }) => ({ offset, size: 4, varies: 0xffff_fff0 }) as const),
  ],
};

const PRI: CapabilityKind = {
  id: 0x0013,
  name: 'PRI',
  size: fixed(16),
  registers: () => [
    register(4, 2, 'control', bits({ 0: 'ENABLE', 1: 'RESET' })),
    register(6, 2, 'status', bits({ 0: 'RF', 1: 'UPRGI', 8: 'STOPPED', 15: 'PASID' })),
    register(8, 4, 'capacity'),
    register(12, 4, 'allocation'),
  ],
  masks: () => [
    { offset: 4, size: 2, write: 0x0003 },
    { offset: 6, size: 2, varies: 0x0103 },
    { offset: 12, size: 4, write: 0xffff_ffff },
  ],
};

const PASID: CapabilityKind = {
  id: 0x001b,
  name: 'PASID',
  size: fixed(8),
  registers: () => [
    register(4, 2, 'capabilities', bits({ 1: 'EXEC', 2: 'PRIV' }, bitField(8, 12, 'width'))),
    register(6, 2, 'control', bits({ 0: 'ENABLE', 1: 'EXEC', 2: 'PRIV' })),
  ],
  masks: () => [{ offset: 6, size: 2, write: 0x0007 }],
};

const LATENCY = bits({}, bitField(0, 9, 'value'), bitField(10, 12, 'scale'));

const LTR: CapabilityKind = {
  id: 0x0018,
  name: 'LTR',
  size: fixed(8),
  registers: () => [register(4, 2, 'max snoop latency', LATENCY), register(6, 2, 'max no-snoop latency', LATENCY)],
};

const PTM_BITS = bits({ 0: 'REQUESTER', 1: 'RESPONDER', 2: 'ROOT' }, bitField(8, 15, 'granularity'));

const PTM: CapabilityKind = {
  id: 0x001f,
  name: 'PTM',
  size: fixed(12),
  registers: () => [
    register(4, 4, 'capabilities', PTM_BITS),
    register(8, 4, 'control', bits({ 0: 'ENABLE', 1: 'ROOT_SELECT' }, bitField(8, 15, 'granularity'))),
  ],
};

/** What compute express link (CXL) is told by. */
const DVSEC: CapabilityKind = {
  id: 0x0023,
  name: 'designated vendor-specific',
  size: (space, offset) => Math.max(10, u(space, offset + 4, 4) >>> 20),
  registers: () => [
    register(4, 2, 'vendor'),
    register(6, 2, 'revision and length', bits({}, bitField(0, 3, 'revision'), bitField(4, 15, 'length'))),
    register(8, 2, 'id'),
  ],
};

const DOE: CapabilityKind = {
  id: 0x002e,
  name: 'data object exchange',
  size: fixed(24),
  registers: () => [
    register(4, 4, 'capabilities', bits({ 0: 'INT' }, bitField(1, 11, 'irq'))),
    register(8, 4, 'control', bits({ 0: 'ABORT', 1: 'INT_EN', 31: 'GO' })),
    register(12, 4, 'status', bits({ 0: 'BUSY', 1: 'INT', 2: 'ERROR', 31: 'READY' })),
    register(16, 4, 'write mailbox'),
    register(20, 4, 'read mailbox'),
  ],
};

const HEADER = 4;

/** Kinds of which only the name is known. */
const named = (id: number, name: string): CapabilityKind => ({
  id,
  name,
  size: fixed(HEADER),
  registers: () => [],
});

export const EXTENDED_CAPABILITIES: ReadonlyMap<number, CapabilityKind> = new Map(
  [
    AER,
    named(0x0002, 'virtual channel'),
    SERIAL_NUMBER,
    named(0x0004, 'power budgeting'),
    named(0x0005, 'root complex link declaration'),
    named(0x0006, 'root complex internal link control'),
    named(0x0007, 'root complex event collector association'),
    named(0x0008, 'MFVC'),
    named(0x0009, 'virtual channel with MFVC'),
    named(0x000a, 'root complex register block'),
    VENDOR_SPECIFIC,
    ACS,
    ARI,
    ATS,
    SRIOV,
    named(0x0011, 'MR-IOV'),
    named(0x0012, 'multicast'),
    PRI,
    named(0x0015, 'resizable BAR'),
    named(0x0016, 'dynamic power allocation'),
    named(0x0017, 'TPH requester'),
    LTR,
    named(0x0019, 'secondary PCI Express'),
    named(0x001a, 'PMUX'),
    PASID,
    named(0x001c, 'LN requester'),
    DPC,
    named(0x001e, 'L1 PM substates'),
    PTM,
    named(0x0020, 'PCIe over M-PHY'),
    named(0x0021, 'FRS queueing'),
    named(0x0022, 'readiness time reporting'),
    DVSEC,
    named(0x0024, 'VF resizable BAR'),
    named(0x0025, 'data link feature'),
    named(0x0026, '16 GT/s physical layer'),
    named(0x0027, 'receiver lane margining'),
    named(0x0028, 'hierarchy id'),
    named(0x0029, 'native PCIe enclosure management'),
    named(0x002a, '32 GT/s physical layer'),
    named(0x002b, 'alternate protocol'),
    named(0x002c, 'system firmware intermediary'),
    named(0x002d, 'shadow functions'),
    DOE,
    named(0x002f, 'device 3'),
    named(0x0030, 'IDE'),
    named(0x0031, '64 GT/s physical layer'),
  ].map((kind) => [kind.id, kind]),
);
