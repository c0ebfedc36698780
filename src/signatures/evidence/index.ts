/** What captures say of a line, by the name of its signature. */
import type { Explanation } from '../signature.js';
import { commands, packets, roles, syncs } from './channels.js';
import { pciConfig } from './pci.js';
import { addresses, blockLength, pageSize, unknownBlock, whole } from './ram.js';
import { device, field, footerId, subsection, unknownSection, version } from './sections.js';
import { bitmaps, capability, kindOfFile, machineType, noStream, property, uuid } from './setup.js';
import type { Evidence, Inquiry, Told } from './told.js';
import { configLoad, switchoverAck, transfer, transferHindered } from './vfio.js';
import { features, guestIndex, noAddress, usedIndex } from './virtio.js';

/** Signatures without an entry are told by what `validate` finds alone. */
export const INQUIRIES: Readonly<Record<string, Inquiry>> = {
  'unknown-section': unknownSection,
  'section-footer': device,
  'footer-id': footerId,
  field,
  'device-state': device,
  'pci-config': pciConfig,
  'virtio-features': features,
  'virtio-used-index': usedIndex,
  'virtio-guest-index': guestIndex,
  'virtio-address': noAddress,
  'vfio-transfer': transfer,
  'vfio-transfer-unsupported': transferHindered,
  'vfio-config-load': configLoad,
  'vfio-packet': transfer,
  'vfio-queue-limit': transfer,
  'vfio-words': transfer,
  'vfio-switchover-ack': switchoverAck,
  'vfio-driver': whole,
  'vfio-load-thread': whole,
  'unknown-ramblock': unknownBlock,
  'block-length': blockLength,
  'machine-type': machineType,
  'page-size': pageSize,
  'gpa-mismatch': addresses,
  'property-changed': property,
  capability,
  uuid,
  'ram-flags': whole,
  'load-failed': whole,
  cut: whole,
  'multifd-magic': roles,
  'multifd-packet': packets,
  'multifd-terminated': syncs,
  'postcopy-state': commands,
  command: commands,
  subsection,
  version,
  'dirty-bitmap': bitmaps,
  'not-a-stream': kindOfFile,
  blocked: noStream,
};

/** What the stream that was refused says of a line, and one of the destination's own where there is one. */
export function evidenceOf(line: Explanation, a: Told, b?: Told): readonly Evidence[] {
  return INQUIRIES[line.name]?.(line, a, b) ?? [];
}
