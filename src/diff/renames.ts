/**
 * Names that QEMU changed without changing the wire. Most renames show by themselves, since the bytes around them are the same; these are
 * those where a dump says too little for that.
 *
 * Sources: hw/ of QEMU 1.6 to 11.1; the tables of scripts/vmstate-static-checker.py name the older ones.
 */

/** Names of one field, by vmsd. */
export const FIELD_RENAMES: readonly { readonly vmsd: string; readonly names: readonly string[] }[] = [
  { vmsd: 'e1000', names: ['dev', 'parent_obj'] },
  { vmsd: 'ehci', names: ['dev', 'pcidev'] },
  { vmsd: 'I440FX', names: ['dev', 'parent_obj'] },
  { vmsd: 'ich9_ahci', names: ['card', 'parent_obj'] },
  { vmsd: 'ioh-3240-express-root-port', names: ['port.br.dev', 'parent_obj.parent_obj.parent_obj'] },
  {
    vmsd: 'ioh-3240-express-root-port',
    names: ['port.br.dev.exp.aer_log', 'parent_obj.parent_obj.parent_obj.exp.aer_log'],
  },
  { vmsd: 'mch', names: ['d', 'parent_obj'] },
  { vmsd: 'pci_bridge', names: ['bridge.dev', 'parent_obj'] },
  { vmsd: 'pci_bridge', names: ['bridge.dev.shpc', 'shpc'] },
  { vmsd: 'pcnet', names: ['pci_dev', 'parent_obj'] },
  { vmsd: 'PIIX3', names: ['pci_irq_levels', 'pci_irq_levels_vmstate'] },
  { vmsd: 'piix4_pm', names: ['dev', 'parent_obj'] },
  { vmsd: 'piix4_pm', names: ['pci0_status', 'acpi_pci_hotplug.acpi_pcihp_pci_status[0x0]'] },
  { vmsd: 'rtl8139', names: ['dev', 'parent_obj'] },
  { vmsd: 'qxl', names: ['num_surfaces', 'ssd.num_surfaces'] },
  { vmsd: 'usb-host', names: ['dev', 'parent_obj'] },
  { vmsd: 'xhci', names: ['pci_dev', 'parent_obj'] },
  { vmsd: 'xio3130-express-downstream-port', names: ['port.br.dev', 'parent_obj.parent_obj.parent_obj'] },
  {
    vmsd: 'xio3130-express-downstream-port',
    names: ['port.br.dev.exp.aer_log', 'parent_obj.parent_obj.parent_obj.exp.aer_log'],
  },
  { vmsd: 'xio3130-express-upstream-port', names: ['br.dev', 'parent_obj.parent_obj'] },
  { vmsd: 'xio3130-express-upstream-port', names: ['br.dev.exp.aer_log', 'parent_obj.parent_obj.exp.aer_log'] },
];

/** Names of a vmsd that is a field of another, or a class of device; neither is on the wire. */
export const CLASS_RENAMES: readonly (readonly string[])[] = [
  ['ICH9 LPC', 'ICH9-LPC'],
  ['ICH9 SMB', 'ICH9-SMB'],
  ['usb-ptr-queue', 'HIDPointerEventQueue'],
  // What the decoder of VFIO calls the state of a device whose configuration is in its section, or came in a packet.
  ['configuration', 'no configuration'],
];

/** Types of the vmdesc that were given another name. */
export const TYPE_RENAMES: readonly (readonly string[])[] = [['nullptr', 'ptr-marker']];

/** True for the same name, and for one that QEMU is known to have changed into the other. */
export function isSameField(vmsd: string, a: string, b: string): boolean {
  return (
    a === b ||
    FIELD_RENAMES.some((rename) => rename.vmsd === vmsd && rename.names.includes(a) && rename.names.includes(b))
  );
}

export function isSameClass(a: string, b: string): boolean {
  return isIn(CLASS_RENAMES, a, b);
}

export function isSameType(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && isIn(TYPE_RENAMES, a, b));
}

function isIn(groups: readonly (readonly string[])[], a: string, b: string): boolean {
  return a === b || groups.some((names) => names.includes(a) && names.includes(b));
}
