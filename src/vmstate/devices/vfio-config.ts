/**
 * The FULL section of a VFIO device: its PCI configuration between two words. What the words are: wire/vfio.ts.
 *
 * The configuration is that of a `PCIDevice` with the MSI-X state behind it, if the device has MSI-X, and with a subsection for a display:
 *
 *     version (4), config space (256 or 4096), irq state (16), MSI-X state
 *     VFIOPCIDevice/VFIODisplay > VFIODisplay > ramfb: QEMU 8.2 and later
 *
 * Writer: `vfio_save_state` (hw/vfio/migration.c), `vfio_pci_save_config` (hw/vfio/pci.c).
 */
import {
  VFIO_MIG_FLAG_DEV_CONFIG_LOAD_READY,
  VFIO_MIG_FLAG_DEV_CONFIG_STATE,
  VFIO_MIG_FLAG_END_OF_STATE,
} from '../../wire/vfio.js';
import type { Cutter } from '../cutter.js';
import { type Meaning, words } from '../meaning.js';
import type { OpaqueLayout } from '../opaque.js';
import { cutMsixState, cutPciDevice } from './pci-device.js';

const WORDS = new Map([
  [VFIO_MIG_FLAG_END_OF_STATE, 'END_OF_STATE'],
  [VFIO_MIG_FLAG_DEV_CONFIG_STATE, 'DEV_CONFIG_STATE'],
  [VFIO_MIG_FLAG_DEV_CONFIG_LOAD_READY, 'DEV_CONFIG_LOAD_READY'],
]);
const WORD: Meaning = words((value) => WORDS.get(BigInt(value)));
const WORD_BYTES = 8;
const DISPLAY = 'VFIOPCIDevice/VFIODisplay';

export const VFIO_CONFIG: OpaqueLayout = {
  name: 'vfio configuration',
  sections: /(^|\/)vfio$/,
  cut(cut) {
    const first = cut.u64('word', WORD);
    if (first === VFIO_MIG_FLAG_END_OF_STATE) return 'no configuration';
    if (first === VFIO_MIG_FLAG_DEV_CONFIG_LOAD_READY) return 'configuration over multifd';
    cut.check(first === VFIO_MIG_FLAG_DEV_CONFIG_STATE, 'a word that is no configuration', cut.at - WORD_BYTES);
    cut.struct('configuration', 'VFIOPCIDevice', () => {
      const size = cut.remaining - WORD_BYTES - displayBytes(cut);
      cutMsixState(cut, cutPciDevice(cut, size));
      if (displayBytes(cut) > 0) cut.subsection(DISPLAY, () => cut.bytes('display', cut.remaining - WORD_BYTES));
    });
    const last = cut.u64('end', WORD);
    cut.check(last === VFIO_MIG_FLAG_END_OF_STATE, 'the configuration has no END_OF_STATE', cut.at - WORD_BYTES);
    return 'configuration';
  },
};

/** Bytes from the subsection of the display up to the last word; 0 for nearly every device. */
function displayBytes(cut: Cutter): number {
  const ahead = cut.findSubsection([DISPLAY]);
  return ahead === undefined ? 0 : cut.remaining - ahead - WORD_BYTES;
}
