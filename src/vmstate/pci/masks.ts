/**
 * Which bits of a config space a destination compares with its own.
 *
 * For each byte: `(stream ^ device) & cmask & ~wmask & ~w1cmask` must be zero, where the masks are those of the destination's device
 * (`get_pci_config_device`, hw/pci/pci.c). They come from the device model and are not in the stream. What all models have in common is
 * known here; sizes of BARs, and what single models make writable, are not.
 *
 * Sources: `pci_init_cmask`, `pci_init_wmask`, `pci_init_w1cmask`, `pci_init_mask_bridge`, `pci_register_bar`, `pci_add_capability`
 * (hw/pci/pci.c), `pcie_add_capability` (hw/pci/pcie.c), and the capabilities' own.
 */
import { decodeConfigSpace } from './config-space.js';
import { headerType, PCI_HEADER_END, readBars } from './header.js';

export interface ConfigMasks {
  /** Bits that every model with this layout compares. */
  readonly compared: Uint8Array;
  /** Bits that it may compare: it depends on the model or on sizes that no stream tells. */
  readonly perhaps: Uint8Array;
  /** Bits that the guest writes, or clears by writing, as far as they are known. */
  readonly writable: Uint8Array;
}

/** Ranges of the header that are compared as a whole: start, bytes. */
const COMPARED_HEADER: readonly (readonly [start: number, bytes: number])[] = [
  [0x00, 4],
  [0x08, 4],
  [0x0e, 1],
  [0x34, 1],
];
const PCI_STATUS_BYTE = 0x06;
const CAP_LIST = 0x10;

/** Bytes of the header that the guest writes freely. */
const WRITABLE_HEADER = [0x0c, 0x3c];
/** And of a bridge: bus numbers, windows. */
const WRITABLE_BRIDGE = [
  0x18, 0x19, 0x1a, 0x1b, 0x21, 0x23, 0x25, 0x27, 0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f,
];
/** The widths of a bridge's windows, in the low bits of their bases and limits. */
const WINDOW_KINDS = [0x1c, 0x1d, 0x24, 0x26];

const ROM: Readonly<Record<number, number>> = { 0: 0x30, 1: 0x38 };
const ROM_SIZE = 4;
const IO_KIND = 0x03;
const MEMORY_KIND = 0x0f;

/** The masks of a destination whose device has this config space. */
export function configMasks(space: Uint8Array): ConfigMasks {
  const compared = new Uint8Array(space.length);
  const perhaps = new Uint8Array(space.length);
  const writable = new Uint8Array(space.length);
  const masks = { compared, perhaps, writable };
  for (const [start, bytes] of COMPARED_HEADER) compared.fill(0xff, start, start + bytes);
  set(compared, PCI_STATUS_BYTE, CAP_LIST);
  for (const at of WRITABLE_HEADER) set(writable, at, 0xff);
  if (headerType(space) === 1) {
    for (const at of WRITABLE_BRIDGE) set(writable, at, 0xff);
    for (const at of WINDOW_KINDS) {
      set(compared, at, 0x0f);
      set(writable, at, 0xf0);
    }
  }
  addressMasks(space, masks);
  // What is in no capability belongs to the device, and is not compared.
  writable.fill(0xff, PCI_HEADER_END);
  const { capabilities, extended } = decodeConfigSpace(space);
  for (const { offset, size, masks: own } of [...capabilities, ...extended]) {
    compared.fill(0xff, offset, offset + size);
    writable.fill(0, offset, offset + size);
    for (const { offset: at, size: bytes, write = 0, clear = 0, skip = 0, varies = 0 } of own) {
      for (let i = 0; i < bytes && at + i < size; i++) {
        const byte = (bits: number): number => (bits >>> (8 * i)) & 0xff;
        const where = offset + at + i;
        compared[where]! &= ~(byte(write) | byte(clear) | byte(skip) | byte(varies));
        set(writable, where, byte(write) | byte(clear));
        set(perhaps, where, byte(varies));
      }
    }
  }
  return masks;
}

/** Of an address the kind is compared, if the BAR is there at all; bits below its size too, and only the model knows the size. */
function addressMasks(space: Uint8Array, { compared, perhaps }: ConfigMasks): void {
  for (const { offset, size, value } of readBars(space)) {
    const low = space[offset]!;
    const kind = low & 1 ? IO_KIND : MEMORY_KIND;
    perhaps.fill(0xff, offset, offset + size);
    if (value === 0) continue;
    set(compared, offset, kind);
    perhaps[offset] = ~kind & 0xff;
  }
  const rom = ROM[headerType(space)];
  if (rom === undefined || rom + ROM_SIZE > space.length) return;
  perhaps.fill(0xff, rom, rom + ROM_SIZE);
  perhaps[rom] = 0xfe;
}

function set(mask: Uint8Array, at: number, bits: number): void {
  if (at < mask.length) mask[at]! |= bits;
}
