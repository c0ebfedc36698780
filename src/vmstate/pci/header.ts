/**
 * The first 64 bytes of config space: the part that all functions have, and what type 0 (devices), type 1 (PCI bridges) and type 2
 * (CardBus bridges) have behind it. Source: PCI Local Bus Specification 3.0 §6.1, PCI-to-PCI Bridge Architecture Specification 1.2 §3.2,
 * include/standard-headers/linux/pci_regs.h in QEMU.
 */
import { hex } from '../../finding.js';
import { bitField, bits, enumeration, type Meaning, type Names, words } from '../meaning.js';
import { className, deviceName, vendorName } from './identity.js';
import { type PciRegister, readRegisters, register, type RegisterLayout, u } from './register.js';

export const PCI_COMMAND = 0x04;
export const PCI_STATUS = 0x06;
export const PCI_STATUS_CAP_LIST = 0x10;
export const PCI_HEADER_TYPE = 0x0e;
export const PCI_BASE_ADDRESS_0 = 0x10;
export const PCI_INTERRUPT_PIN = 0x3d;
/** First byte behind the header: capabilities stand from here on. */
export const PCI_HEADER_END = 0x40;

/** Where each header type points to its first capability. */
export const CAPABILITY_POINTER: Readonly<Record<number, number>> = { 0: 0x34, 1: 0x34, 2: 0x14 };

const vendor = words((value) => vendorName(Number(value)));

const COMMAND = bits({
  0: 'IO',
  1: 'MEMORY',
  2: 'MASTER',
  3: 'SPECIAL',
  4: 'INVALIDATE',
  5: 'VGA_PALETTE',
  6: 'PARITY',
  7: 'WAIT',
  8: 'SERR',
  9: 'FAST_BACK',
  10: 'INTX_DISABLE',
});

const STATUS_FLAGS: Names = {
  0: 'IMM_READY',
  3: 'INTERRUPT',
  4: 'CAP_LIST',
  5: '66MHZ',
  6: 'UDF',
  7: 'FAST_BACK',
  8: 'PARITY',
  11: 'SIG_TARGET_ABORT',
  12: 'REC_TARGET_ABORT',
  13: 'REC_MASTER_ABORT',
  14: 'SIG_SYSTEM_ERROR',
  15: 'DETECTED_PARITY',
};
const DEVSEL = bitField(9, 10, 'DEVSEL', { 1: 'medium', 2: 'slow', 3: 'reserved' });
const STATUS = bits(STATUS_FLAGS, DEVSEL);
const SECONDARY_STATUS = bits({ ...STATUS_FLAGS, 14: 'RCV_SYSTEM_ERROR' }, DEVSEL);

const BRIDGE_CONTROL = bits({
  0: 'PARITY',
  1: 'SERR',
  2: 'ISA',
  3: 'VGA',
  4: 'VGA_16BIT',
  5: 'MASTER_ABORT',
  6: 'BUS_RESET',
  7: 'FAST_BACK',
  8: 'DISCARD',
  9: 'SEC_DISCARD',
  10: 'DISCARD_STATUS',
  11: 'DISCARD_SERR',
});

const HEADER_TYPE = bits(
  { 7: 'MULTIFUNCTION' },
  bitField(0, 6, '', { 0: 'device', 1: 'PCI bridge', 2: 'CardBus bridge' }),
);
const INTERRUPT_PIN = enumeration({ 0: 'none', 1: 'INTA', 2: 'INTB', 3: 'INTC', 4: 'INTD' });

/** Windows of a bridge: the last byte of a limit is that of its whole unit. */
const ioWindow = (limit: boolean): Meaning =>
  bits(
    {},
    bitField(0, 3, '', { 0: '16 bit', 1: '32 bit' }),
    bitField(4, 7, '', (top) => hex(top * 0x1000 + (limit ? 0xfff : 0))),
  );
const memoryAddress = (top: number, limit: boolean): string => hex(top * 0x10_0000 + (limit ? 0xf_ffff : 0));
const memoryWindow = (limit: boolean): Meaning => words((value) => memoryAddress(Number(value) >>> 4, limit));
const prefetchWindow = (limit: boolean): Meaning =>
  bits(
    {},
    bitField(0, 3, '', { 0: '32 bit', 1: '64 bit' }),
    bitField(4, 15, '', (top) => memoryAddress(top, limit)),
  );
const ROM = words((value) =>
  value === 0 ? undefined : `${hex((Number(value) & 0xffff_f800) >>> 0)}${Number(value) & 1 ? ' ENABLE' : ''}`,
);

const COMMON: readonly RegisterLayout[] = [
  register(0x00, 2, 'vendor id', vendor),
  register(0x02, 2, 'device id'),
  register(0x04, 2, 'command', COMMAND),
  register(0x06, 2, 'status', STATUS),
  register(0x08, 1, 'revision'),
  register(
    0x09,
    3,
    'class',
    words((value) => className(Number(value))),
  ),
  register(0x0c, 1, 'cache line size'),
  register(0x0d, 1, 'latency timer'),
  register(0x0e, 1, 'header type', HEADER_TYPE),
  register(0x0f, 1, 'BIST'),
];

const DEVICE: readonly RegisterLayout[] = [
  register(0x28, 4, 'CardBus CIS'),
  register(0x2c, 2, 'subsystem vendor id', vendor),
  register(0x2e, 2, 'subsystem id'),
  register(0x30, 4, 'expansion ROM', ROM),
  register(0x34, 1, 'capability list'),
  register(0x3c, 1, 'interrupt line'),
  register(PCI_INTERRUPT_PIN, 1, 'interrupt pin', INTERRUPT_PIN),
  register(0x3e, 1, 'min grant'),
  register(0x3f, 1, 'max latency'),
];

const BRIDGE: readonly RegisterLayout[] = [
  register(0x18, 1, 'primary bus'),
  register(0x19, 1, 'secondary bus'),
  register(0x1a, 1, 'subordinate bus'),
  register(0x1b, 1, 'secondary latency timer'),
  register(0x1c, 1, 'IO base', ioWindow(false)),
  register(0x1d, 1, 'IO limit', ioWindow(true)),
  register(0x1e, 2, 'secondary status', SECONDARY_STATUS),
  register(0x20, 2, 'memory base', memoryWindow(false)),
  register(0x22, 2, 'memory limit', memoryWindow(true)),
  register(0x24, 2, 'prefetchable base', prefetchWindow(false)),
  register(0x26, 2, 'prefetchable limit', prefetchWindow(true)),
  register(0x28, 4, 'prefetchable base upper'),
  register(0x2c, 4, 'prefetchable limit upper'),
  register(0x30, 2, 'IO base upper'),
  register(0x32, 2, 'IO limit upper'),
  register(0x34, 1, 'capability list'),
  register(0x38, 4, 'expansion ROM', ROM),
  register(0x3c, 1, 'interrupt line'),
  register(PCI_INTERRUPT_PIN, 1, 'interrupt pin', INTERRUPT_PIN),
  register(0x3e, 2, 'bridge control', BRIDGE_CONTROL),
];

const CARDBUS: readonly RegisterLayout[] = [
  register(0x14, 1, 'capability list'),
  register(0x16, 2, 'secondary status', SECONDARY_STATUS),
  register(0x18, 1, 'primary bus'),
  register(0x19, 1, 'CardBus bus'),
  register(0x1a, 1, 'subordinate bus'),
  register(0x1b, 1, 'CardBus latency timer'),
  register(0x1c, 4, 'memory base 0'),
  register(0x20, 4, 'memory limit 0'),
  register(0x24, 4, 'memory base 1'),
  register(0x28, 4, 'memory limit 1'),
  register(0x2c, 4, 'IO base 0'),
  register(0x30, 4, 'IO limit 0'),
  register(0x34, 4, 'IO base 1'),
  register(0x38, 4, 'IO limit 1'),
  register(0x3c, 1, 'interrupt line'),
  register(PCI_INTERRUPT_PIN, 1, 'interrupt pin', INTERRUPT_PIN),
  register(0x3e, 2, 'bridge control', BRIDGE_CONTROL),
  register(0x40, 2, 'subsystem vendor id', vendor),
  register(0x42, 2, 'subsystem id'),
  register(0x44, 4, 'legacy mode base'),
];

const BEHIND_COMMON: Readonly<Record<number, readonly RegisterLayout[]>> = { 0: DEVICE, 1: BRIDGE, 2: CARDBUS };
const BAR_COUNT: Readonly<Record<number, number>> = { 0: 6, 1: 2, 2: 1 };

/** The type of the header: 0, 1, 2, or what else stands there. */
export function headerType(space: Uint8Array): number {
  return u(space, PCI_HEADER_TYPE, 1) & 0x7f;
}

/** The name of the register at an offset of a header of this type. */
export function headerNameAt(type: number, offset: number): string {
  const bar = (offset - PCI_BASE_ADDRESS_0) >> 2;
  if (bar >= 0 && bar < (BAR_COUNT[type] ?? 0)) return `BAR${bar}`;
  const all = [...COMMON, ...(BEHIND_COMMON[type] ?? [])];
  return all.find((one) => offset >= one.offset && offset < one.offset + one.size)?.name ?? 'reserved';
}

/** The registers of the header in the order of their offsets; of an unknown type only those that all have. */
export function readHeader(space: Uint8Array): PciRegister[] {
  const deviceId = words((device) => deviceName(u(space, 0, 2), Number(device)));
  return [
    ...readRegisters(space, COMMON),
    ...readBars(space),
    ...readRegisters(space, BEHIND_COMMON[headerType(space)] ?? []),
  ]
    .map((entry) => (entry.name === 'device id' ? { ...entry, meaning: deviceId } : entry))
    .sort((a, b) => a.offset - b.offset);
}

/**
 * The base address registers. A 64-bit one takes two places; one of zero may be a 32-bit memory BAR that nobody has programmed, or none.
 */
export function readBars(space: Uint8Array): PciRegister[] {
  const bars: PciRegister[] = [];
  const count = BAR_COUNT[headerType(space)] ?? 0;
  for (let i = 0; i < count; i++) {
    const offset = PCI_BASE_ADDRESS_0 + 4 * i;
    if (offset + 4 > space.length) break;
    const low = u(space, offset, 4);
    const wide = (low & 7) === 4 && i + 1 < count && offset + 8 <= space.length;
    const value = wide ? BigInt(low) + (BigInt(u(space, offset + 4, 4)) << 32n) : low;
    const meaning = words((bar) => barMeaning(bar, wide));
    bars.push({ name: `BAR${i}`, offset, size: wide ? 8 : 4, value, meaning });
    if (wide) i++;
  }
  return bars;
}

function barMeaning(value: number | bigint, wide: boolean): string | undefined {
  if (value === 0) return undefined;
  const low = Number(BigInt(value) & 15n);
  const io = (low & 1) !== 0;
  const address = BigInt(value) & ~(io ? 3n : 15n);
  // What sizing leaves behind, or the decoder's idea of "nowhere".
  const mapped = address !== 0n && BigInt.asUintN(wide ? 60 : 28, address >> 4n) !== (1n << (wide ? 60n : 28n)) - 1n;
  const where = mapped ? `at 0x${address.toString(16)}` : 'unmapped';
  if (io) return `IO ${where}`;
  const kind = ['32 bit', 'below 1 MiB', '64 bit', 'reserved kind'][(low >> 1) & 3]!;
  return `memory ${where}, ${kind}${low & 8 ? ', prefetchable' : ''}`;
}
