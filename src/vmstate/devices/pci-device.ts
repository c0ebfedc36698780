/**
 * A `PCIDevice` with its MSI-X state, where no vmdesc cuts them apart: at the start of virtio-pci and VFIO devices.
 *
 *     0       4     version: 1 or 2
 *     4       n     config space, 256 or 4096 bytes
 *     4+n     16    irq state; version 2
 *     20+n          MSI-X state, where the config space has an MSI-X capability
 *
 * Writer: `pci_device_save` (hw/pci/pci.c), `msix_save` (hw/pci/msix.c).
 */
import type { Cutter } from '../cutter.js';
import { findCapability, PCI_CONFIG_SPACE_SIZE, PCIE_CONFIG_SPACE_SIZE } from '../pci/config-space.js';
import { msixVectors } from '../pci/capabilities/message-signalled.js';
import { msixStateSize } from './msix-state.js';

const VERSION_BYTES = 4;
const IRQ_STATE_BYTES = 16;
const PCI_CAP_ID_EXP = 0x10;
const PCI_CAP_ID_MSIX = 0x11;

export interface PciDeviceState {
  readonly configSize: number;
  /** Vectors of MSI-X; 0 without. */
  readonly vectors: number;
}

/**
 * Cuts a PCIDevice.
 *
 * @param size bytes that it has together with the MSI-X state behind it, where they are known; the size of the config space is then the
 *   one that fits. Without it, a function with a PCI Express capability has 4096 bytes, every other 256
 */
export function cutPciDevice(cut: Cutter, size?: number): PciDeviceState {
  const version = cut.u32('version_id');
  cut.check(version === 1 || version === 2, `PCIDevice has version ${version}`, cut.at - VERSION_BYTES);
  const irqBytes = version === 2 ? IRQ_STATE_BYTES : 0;
  const configSize = configSizeOf(cut, size === undefined ? undefined : size - VERSION_BYTES - irqBytes);
  const vectors = vectorsOf(cut.look(configSize));
  for (let at = 0; at < irqBytes; at += 4) {
    const level = cut.peek('uint32', configSize + at);
    cut.check(level === 0 || level === 1, `the level of an interrupt line is ${level}`, cut.at + configSize + at);
  }
  cut.opaque('config', 'pci config', configSize);
  if (irqBytes > 0) cut.opaque('irq_state', 'pci irq state', irqBytes);
  return { configSize, vectors };
}

/** Cuts the MSI-X state behind it. */
export function cutMsixState(cut: Cutter, { vectors }: PciDeviceState): void {
  if (vectors > 0) cut.opaque('msix', 'msix state', msixStateSize(vectors));
}

function vectorsOf(space: Uint8Array): number {
  const msix = findCapability(space, PCI_CAP_ID_MSIX);
  return msix ? msixVectors(space, msix.offset) : 0;
}

function configSizeOf(cut: Cutter, left: number | undefined): number {
  const space = cut.look(PCI_CONFIG_SPACE_SIZE);
  if (left === undefined) return findCapability(space, PCI_CAP_ID_EXP) ? PCIE_CONFIG_SPACE_SIZE : PCI_CONFIG_SPACE_SIZE;
  const vectors = vectorsOf(space);
  const behind = vectors > 0 ? msixStateSize(vectors) : 0;
  const fitting = [PCI_CONFIG_SPACE_SIZE, PCIE_CONFIG_SPACE_SIZE].find((bytes) => bytes + behind === left);
  return fitting ?? cut.fail(`${left} bytes are no config space with the MSI-X state that it calls for`);
}
