/**
 * The words of a VFIO device's state, and its PCI configuration behind DEV_CONFIG_STATE.
 *
 * | word                  | value              | followed by                                | since |
 * | END_OF_STATE          | 0xffffffffef100001 | nothing: the payload ends                  | 5.2   |
 * | DEV_CONFIG_STATE      | 0xffffffffef100002 | configuration, END_OF_STATE                | 5.2   |
 * | DEV_SETUP_STATE       | 0xffffffffef100003 | END_OF_STATE                               | 5.2   |
 * | DEV_DATA_STATE        | 0xffffffffef100004 | size (8), data                             | 5.2   |
 * | DEV_INIT_DATA_SENT    | 0xffffffffef100005 | nothing: the payload ends, no END_OF_STATE | 8.1   |
 * | DEV_CONFIG_LOAD_READY | 0xffffffffef100006 | nothing: the payload ends, no END_OF_STATE | 10.1  |
 *
 * The configuration says nothing of its size:
 *
 *     0       4     version
 *     4       n     PCI config space, 256 bytes or 4096
 *     4+n     16    state of the four interrupt lines
 *     20+n          with MSI-X: table, 16 bytes a vector, and pending bits
 *                   perhaps the subsection `VFIOPCIDevice/VFIODisplay` (8.2 and later)
 *
 * Writer: `vfio_save_state` and its like (hw/vfio/migration.c), `vfio_pci_save_config` (hw/vfio/pci.c).
 */
import { QEMU_VM_SUBSECTION } from './section.js';

/** True for the state of a VFIO device: its FULL follows START, PART and END of the same id. */
export function isVfio(idstr: string): boolean {
  return idstr === 'vfio' || idstr.endsWith('/vfio');
}

export const VFIO_MIG_FLAG_END_OF_STATE = 0xffff_ffff_ef10_0001n;
export const VFIO_MIG_FLAG_DEV_CONFIG_STATE = 0xffff_ffff_ef10_0002n;
export const VFIO_MIG_FLAG_DEV_SETUP_STATE = 0xffff_ffff_ef10_0003n;
export const VFIO_MIG_FLAG_DEV_DATA_STATE = 0xffff_ffff_ef10_0004n;
export const VFIO_MIG_FLAG_DEV_INIT_DATA_SENT = 0xffff_ffff_ef10_0005n;
export const VFIO_MIG_FLAG_DEV_CONFIG_LOAD_READY = 0xffff_ffff_ef10_0006n;

/** END_OF_STATE as it stands in the stream, to be searched for. */
export const VFIO_END_OF_STATE_BYTES: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xef, 0x10, 0x00, 0x01);

const CONFIG_SIZES = [256, 4096] as const;
/** Version and interrupt lines. */
const AROUND_CONFIG = 4 + 16;
/** The shortest configuration that there is. */
export const VFIO_MIN_CONFIG_STATE = AROUND_CONFIG + CONFIG_SIZES[0];

const DISPLAY_NAME = 'VFIOPCIDevice/VFIODisplay';
const DISPLAY_SUBSECTION = `${String.fromCharCode(QEMU_VM_SUBSECTION, DISPLAY_NAME.length)}${DISPLAY_NAME}`;

const PCI_CAPABILITY_LIST = 0x34;
const PCI_CAP_ID_MSIX = 0x11;

export interface VfioConfigState {
  readonly version: number;
  readonly config: Uint8Array;
  readonly irqState: readonly number[];
  readonly msix: Uint8Array;
  /** The display subsection with its head; empty for nearly every device. */
  readonly display: Uint8Array;
}

/** Takes a configuration of at least `VFIO_MIN_CONFIG_STATE` bytes apart, copying the parts. */
export function parseVfioConfigState(state: Buffer): VfioConfigState {
  const found = state.indexOf(DISPLAY_SUBSECTION, VFIO_MIN_CONFIG_STATE, 'latin1');
  const end = found < 0 ? state.length : found;
  const size = configSize(state.subarray(0, end));
  const irq = 4 + size;
  return {
    version: state.readUInt32BE(0),
    config: Uint8Array.from(state.subarray(4, irq)),
    irqState: [0, 4, 8, 12].map((at) => state.readUInt32BE(irq + at)),
    msix: Uint8Array.from(state.subarray(irq + 16, end)),
    display: Uint8Array.from(state.subarray(end)),
  };
}

/** Of the two sizes, the one that leaves what the device's MSI-X capability calls for; by length alone where neither does. */
function configSize(state: Buffer): number {
  const msix = msixStateSize(state.subarray(4, 4 + CONFIG_SIZES[0]));
  const exact = CONFIG_SIZES.find((size) => {
    const left = state.length - AROUND_CONFIG - size;
    return left === 0 || left === msix;
  });
  return exact ?? (state.length >= AROUND_CONFIG + CONFIG_SIZES[1] ? CONFIG_SIZES[1] : CONFIG_SIZES[0]);
}

/** Bytes of MSI-X state that go with a config space: table and pending bits. */
function msixStateSize(config: Buffer): number {
  let at = config[PCI_CAPABILITY_LIST]! & 0xfc;
  for (let steps = 0; at >= 0x40 && steps < 48; steps++) {
    if (config[at] === PCI_CAP_ID_MSIX) {
      const vectors = (config.readUInt16LE(at + 2) & 0x7ff) + 1;
      return 16 * vectors + Math.ceil(vectors / 8);
    }
    at = config[at + 1]! & 0xfc;
  }
  return 0;
}
