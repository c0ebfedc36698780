/**
 * What a virtio device is attached to: the transport's state stands first in the payload, something of it beside each queue, and
 * more of it in the subsection `virtio/extra_state`.
 */
import type { Cutter } from '../../cutter.js';
import type { TailContext } from './tail.js';
import { CCW } from './transport-ccw.js';
import { MMIO } from './transport-mmio.js';
import { PCI } from './transport-pci.js';

export interface Transport {
  readonly name: string;
  /** Tells the transport from the path of the device: the idstr up to its last `/`. */
  readonly path: RegExp;
  /** Always big-endian guests. */
  readonly bigEndian?: boolean;
  /** The state before the core. @returns what the queues need to know of it */
  readonly state: (cut: Cutter) => TransportState;
  /** Queues carry their alignment. */
  readonly align?: boolean;
  /** What stands beside a queue. */
  readonly queue?: (cut: Cutter, state: TransportState) => void;
  readonly extraState?: (cut: Cutter, part: TailContext) => void;
}

export interface TransportState {
  /** Interrupt vectors of the device; 0 without MSI-X. */
  readonly vectors: number;
}

const TRANSPORTS: readonly Transport[] = [PCI, MMIO, CCW];

/** The transports that a section may be of: one where the path says it, all where there is no path (format_transport_address=off). */
export function transportsOf(idstr: string): readonly Transport[] {
  const path = idstr.slice(0, Math.max(0, idstr.lastIndexOf('/')));
  const transport = TRANSPORTS.find((candidate) => candidate.path.test(path));
  return transport ? [transport] : TRANSPORTS;
}
