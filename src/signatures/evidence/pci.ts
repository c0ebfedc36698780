/** `get_pci_config_device: Bad config data`: the function that it was, and what both sides have in the register. */
import { hex } from '../../finding.js';
import type { DeviceSection } from '../../diff/side.js';
import { compareConfigSpaces } from '../../vmstate/pci/compare.js';
import { decodeConfigSpace } from '../../vmstate/pci/config-space.js';
import { registerNames } from '../../vmstate/pci/register.js';
import { registerAt } from '../../vmstate/pci/register-at.js';
import { pciCause } from '../pci-causes.js';
import { badConfigData, headerMeaning } from '../pci-line.js';
import {
  change,
  type Evidence,
  type Inquiry,
  machines,
  named,
  seen,
  sectionOf,
  shown,
  structsIn,
  type Told,
} from './told.js';

interface PciFunction {
  readonly idstr: string;
  readonly space: Uint8Array;
}

/** Functions that are told one by one, where the line does not say which it was. */
const MAX_FUNCTIONS = 2;
/** Registers that differ besides. */
const MAX_REGISTERS = 6;
const CAPABILITY_LIST = 0x34;

export const pciConfig: Inquiry = (line, a, b) => {
  const { offset, read, device } = badConfigData(line.values);
  const fits = ({ idstr, space }: PciFunction): boolean => {
    const other = b && functionOf(sectionOf(b, idstr));
    return space[offset] === read && (!other || other.space[offset] === device);
  };
  const all = line.device === undefined ? functions(a) : functions(a).filter(({ idstr }) => idstr === line.device);
  const found = all.filter(fits);
  if (found.length === 0) {
    const where = line.device === undefined ? `no PCI function of ${a.label}` : `${line.device} of ${a.label} has not`;
    const has = line.device === undefined ? `${where} has ${hex(read)}` : `${where} ${hex(read)}`;
    return [
      seen(
        `${has} at byte ${hex(offset)}${b ? `, where ${b.label} has ${hex(device)}` : ''}: the line is of another stream`,
      ),
    ];
  }
  const which =
    found.length > MAX_FUNCTIONS
      ? [
          seen(
            `${found.length} functions of ${a.label} have ${hex(read)} at byte ${hex(offset)}: ${named(found.map(({ idstr }) => idstr))}`,
          ),
        ]
      : [];
  return [
    ...which,
    ...found.slice(0, MAX_FUNCTIONS).flatMap((one) => about(one, offset, device, a, b)),
    ...machines(a, b),
  ];
};

function about(of: PciFunction, offset: number, device: number, a: Told, b: Told | undefined): Evidence[] {
  const { idstr, space } = of;
  const { path, register } = registerAt(space, offset);
  const other = b && functionOf(sectionOf(b, idstr));
  const said = [shown(`${idstr}: byte ${hex(offset)} is ${path}; ${a.label} has ${contents(space, offset)}`)];
  if (other) said.push(seen(`${b.label} has ${contents(other.space, offset)}`), ...compared(of, other, a, b));
  else said.push(...withByte(space, offset, device, register !== undefined));
  const lists = other ? compareConfigSpaces(space, other.space).lists.join(' ') : '';
  const cause = pciCause(`${path} ${offset === CAPABILITY_LIST ? lists || firstOf(of, device) : ''}`, idstr);
  const header = headerMeaning(offset);
  if (cause) said.push(seen(cause.meaning), change(cause.change));
  else if (header !== undefined) said.push(seen(header));
  return said;
}

/** The value of the register that has this byte, or the byte, with what it stands for. */
function contents(space: Uint8Array, offset: number): string {
  if (offset === CAPABILITY_LIST) return `${hex(space[offset]!)} there, ${nameAt(space, space[offset]!)}`;
  const { register } = registerAt(space, offset);
  if (!register || register.value instanceof Uint8Array) return `${hex(space[offset]!)} there`;
  return [hex(register.value), ...registerNames(register)].join(' ');
}

function nameAt(space: Uint8Array, offset: number): string {
  const found = decodeConfigSpace(space).capabilities.find((capability) => capability.offset === offset);
  return found ? found.name : `where no capability of it is`;
}

/** What a list starts with that is another than that of the stream. What virtio devices can lack is MSI-X alone. */
function firstOf({ idstr, space }: PciFunction, offset: number): string {
  const { capabilities } = decodeConfigSpace(space);
  const known = capabilities.find((capability) => capability.offset === offset);
  if (known) return known.name;
  return /\/virtio-/.test(idstr) && !capabilities.some(({ name }) => name === 'MSI-X') ? 'MSI-X' : '';
}

/** Without the destination's config space: what the register would be with its byte. */
function withByte(space: Uint8Array, offset: number, device: number, known: boolean): Evidence[] {
  if (!known) return [];
  const changed = Uint8Array.from(space);
  changed[offset] = device;
  if (offset === CAPABILITY_LIST) {
    const { capabilities } = decodeConfigSpace(space);
    const list = capabilities.map((capability) => `${capability.name} at ${hex(capability.offset)}`);
    return [
      seen(`the capabilities of the stream are ${list.join(', ')}`),
      seen(
        capabilities.some((capability) => capability.offset === device)
          ? `the destination's list starts with ${nameAt(space, device)}, which is further on in that of the stream: what comes before it is not there`
          : `the destination's list starts at ${hex(device)}, where the stream has no capability: the destination has one more`,
      ),
    ];
  }
  return [seen(`with the byte of the destination it is ${contents(changed, offset)}`)];
}

/** Everything that a destination compares and that differs. */
function compared(a: PciFunction, b: PciFunction, toldA: Told, toldB: Told): Evidence[] {
  const { lists, differences } = compareConfigSpaces(a.space, b.space, {
    source: toldA.label,
    destination: toldB.label,
  });
  const refused = differences.filter(
    ({ verdict, sourcePath }) => verdict === 'refused' && (lists.length === 0 || sourcePath === undefined),
  );
  const registers = refused
    .filter(({ path }) => path !== 'capability list')
    .map(({ path, source, destination }) => `${path}: ${source} in ${toldA.label}, ${destination} in ${toldB.label}`);
  const rest = registers.length - MAX_REGISTERS;
  return [
    ...lists.map(seen),
    ...registers.slice(0, MAX_REGISTERS).map((text) => seen(`compared and different: ${text}`)),
    ...(rest > 0 ? [seen(`and ${rest} more registers`)] : []),
  ];
}

/** Every config space of a capture: of plain functions, and those in the payloads of virtio and VFIO devices. */
function functions({ side }: Told): PciFunction[] {
  return side.sections.flatMap((section) => functionOf(section) ?? []);
}

function functionOf(section: DeviceSection | undefined): PciFunction | undefined {
  const { state, payload, idstr } = section ?? {};
  if (!state || !payload || idstr === undefined) return undefined;
  for (const struct of structsIn(state)) {
    const field = struct.fields.find(({ type, count }) => type === 'pci config' && count === 1);
    if (field) return { idstr, space: payload.subarray(field.start, field.start + field.size) };
  }
  return undefined;
}
