/**
 * What makes single registers of a config space differ between releases and machine types.
 *
 * Sources: the compat properties of machine types (hw/core/machine.c, `hw_compat_*`), pci_props (hw/pci/pci.c), and the properties of the devices.
 */

interface PciCause {
  /** The register, as `registerAt` and the comparison of lists name it. */
  readonly register: RegExp;
  /** The end of the idstr; any device unless given. */
  readonly device?: RegExp;
  readonly meaning: string;
  readonly change: string;
}

const CAUSES: readonly PciCause[] = [
  {
    register: /MSI-X/,
    device: /\/virtio-rng$/,
    meaning: 'virtio-rng has no MSI-X with machine types up to 7.1, and 2 vectors since',
    change: 'with another machine type: -device virtio-rng-pci,vectors=0 (or 2) on the side that differs',
  },
  {
    register: /MSI-X/,
    device: /\/virtio-(balloon|mem)$/,
    meaning: 'virtio-balloon and virtio-mem have no MSI-X with machine types up to 9.2, and 2 vectors since',
    change: 'with another machine type: vectors=0 (or 2) on the side that differs',
  },
  {
    register: /MSI-X/,
    device: /\/virtio-net$/,
    meaning:
      'virtio-net has 3 vectors with machine types up to 5.2, 4 since, and with more pairs of queues what vectors= says, or 2 for each pair and 2',
    change: 'the same mq=, queues= and vectors= on both sides',
  },
  {
    register: /MSI-X/,
    device: /\/virtio-(blk|scsi)$/,
    meaning: 'the vectors follow the number of queues, which follows the number of CPUs where num-queues is not given',
    change: 'num-queues= as at the source, also after CPUs were plugged in',
  },
  {
    register: /MSI-X/,
    meaning: 'the number of vectors follows the queues of a device, its vectors= property, or its model',
    change: 'the same number of queues and vectors on both sides',
  },
  {
    register: /PCI Express > device capabilities/,
    meaning: 'functions have extended tags (EXT_TAG) since machine types of 9.2 (x-pcie-ext-tag)',
    change: 'with another machine type: x-pcie-ext-tag=off (or on) for the device',
  },
  {
    register: /PCI Express > link (capabilities|status)/,
    meaning: 'speed and width of root ports are properties, and the speed of pcie-root-port grew to 32 GT/s after 9.1',
    change: 'the same x-speed= and x-width= of the root port',
  },
  {
    register: /AER > uncorrectable mask/,
    meaning: 'the mask of internal errors is there since machine types of 8.0 (x-pcie-err-unc-mask)',
    change: 'with another machine type: x-pcie-err-unc-mask=off (or on) for the device',
  },
  {
    register: /\bARI\b/,
    meaning: 'the number of the next function was 1 in every ARI capability up to 8.0 (x-pcie-ari-nextfn-1)',
    change: 'with another machine type: x-pcie-ari-nextfn-1=on (or off) for the device',
  },
  {
    register: /\bATS\b/,
    meaning: 'ATS is a property of the device (ats=on)',
    change: 'the same ats= on both sides',
  },
  {
    register: /\b(AER|ACS)\b/,
    meaning: 'error reporting and access control are properties of the device (aer=, disable-acs=)',
    change: 'the same properties on both sides',
  },
];

/** What is known of a register that differs; undefined for registers that say enough themselves. */
export function pciCause(register: string, idstr: string): Pick<PciCause, 'meaning' | 'change'> | undefined {
  return CAUSES.find((cause) => cause.register.test(register) && (cause.device?.test(idstr) ?? true));
}
