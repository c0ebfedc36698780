/** `get_pci_config_device: Bad config data`: which register, and what the difference usually is. */
import { hex } from '../finding.js';
import { headerRegisterAt, registerAt } from '../vmstate/pci/register-at.js';
import type { Groups } from './signature.js';

/** The numbers of the line. */
export interface BadConfigData {
  readonly offset: number;
  /** The byte of the stream. */
  readonly read: number;
  /** The byte of the destination's device. */
  readonly device: number;
  readonly cmask: number;
  readonly wmask: number;
  readonly w1cmask: number;
}

/** The numbers of a line that was recognised. */
export function badConfigData(groups: Groups): BadConfigData {
  const number = (name: string): number => Number.parseInt(groups[name] || '0', 16);
  return {
    offset: number('i'),
    read: number('read'),
    device: number('device'),
    cmask: number('cmask'),
    wmask: number('wmask'),
    w1cmask: number('w1cmask'),
  };
}

/** What a byte that differs means, by its offset in the header. */
const HEADER: readonly (readonly [first: number, last: number, meaning: string])[] = [
  [
    0x00,
    0x03,
    'another device model stands in this slot, or the same virtio device as modern on one side and transitional on the other (disable-legacy, disable-modern)',
  ],
  [
    0x06,
    0x06,
    'one side has a list of capabilities and the other has none: a machine type or a property that adds PCI Express, MSI or MSI-X',
  ],
  [0x08, 0x08, 'the revision follows the machine type, and for virtio whether the legacy interface is there'],
  [0x09, 0x0b, 'the class of the device differs: another model, or its class property'],
  [0x0e, 0x0e, 'multifunction=on on one side only, or another kind of device'],
  [
    0x10,
    0x27,
    'a BAR differs in its kind or in its size: number of vectors or queues, memory of a display (vgamem_mb, ram_size), another region',
  ],
  [
    0x30,
    0x33,
    'the option ROM has another size: another version of the firmware package, or romfile= on one side only',
  ],
  [0x34, 0x34, 'the list of capabilities starts elsewhere: one side has a capability more, or in another order'],
  [0x38, 0x3b, 'the option ROM of a bridge differs'],
];

/** What the line says when no config space is at hand. */
export function explainBadConfig(data: BadConfigData): string[] {
  const { offset, read, device, cmask, wmask, w1cmask } = data;
  const differing = (read ^ device) & cmask & ~wmask & ~w1cmask & 0xff;
  const said = [
    `byte ${hex(offset)} is ${placeOf(offset)}: the stream has ${hex(read)}, the destination's device ${hex(device)}, and bits ${hex(differing)} have to be equal`,
  ];
  if (offset === 0x34)
    said.push(
      `the first capability is at ${hex(read)} in the stream and at ${hex(device)} in the destination's device`,
    );
  const known = headerMeaning(offset);
  if (known !== undefined) said.push(known);
  else if (offset >= 0x40)
    said.push(
      'a capability differs there: another number of MSI-X vectors (queues), or a capability more or less, so that others stand elsewhere; with the stream at hand, migscope dump shows which',
    );
  return said;
}

/** What a difference in the header usually is; undefined where nothing is known of it. */
export function headerMeaning(offset: number): string | undefined {
  return HEADER.find(([first, last]) => offset >= first && offset <= last)?.[2];
}

/** The same with the config space of the stream: names the register and the capability. */
export function explainBadConfigIn(data: BadConfigData, space: Uint8Array): string[] {
  const { path, capability } = registerAt(space, data.offset);
  const where = capability ? ` (${capability.name} at ${hex(capability.offset)})` : '';
  return [`byte ${hex(data.offset)} of the stream is ${path}${where}`, ...explainBadConfig(data).slice(1)];
}

function placeOf(offset: number): string {
  if (offset >= 0x100) return 'in the extended capabilities of a PCI Express function';
  return offset >= 0x40 ? 'in a capability' : headerRegisterAt(offset);
}
