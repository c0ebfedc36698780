/** From an offset in config space back to a name: what QEMU's `i=0x34` is. */
import { hex } from '../../finding.js';
import { decodeConfigSpace, type PciCapability } from './config-space.js';
import { headerNameAt, PCI_HEADER_END } from './header.js';
import { type PciRegister, u } from './register.js';

export interface RegisterPlace {
  /** The register with the capability it is of, as `MSI-X > control`; `device specific` where there is none. */
  readonly path: string;
  readonly register?: PciRegister;
  readonly capability?: PciCapability;
  /** The byte of the register, 0 for the lowest. */
  readonly byte: number;
}

/** What the byte at `offset` of this config space belongs to. */
export function registerAt(space: Uint8Array, offset: number): RegisterPlace {
  return registerMap(space)(offset);
}

/** The same for many offsets of one config space. */
export function registerMap(space: Uint8Array): (offset: number) => RegisterPlace {
  const { registers, capabilities, extended } = decodeConfigSpace(space);
  // Of capabilities that overlap, the one that starts last.
  const behindHeader = [...capabilities, ...extended].sort((a, b) => b.offset - a.offset);
  return (offset) => {
    const capability = behindHeader.find((one) => offset >= one.offset && offset < one.offset + one.size);
    if (!capability) {
      const register = find(registers, offset);
      const path = register?.name ?? (offset < PCI_HEADER_END ? 'reserved' : 'device specific');
      return { path, ...(register && { register }), byte: register ? offset - register.offset : 0 };
    }
    const register = find(headOf(space, capability), offset) ?? find(capability.registers, offset);
    return {
      path: `${capability.name} > ${register?.name ?? `byte ${hex(offset - capability.offset)}`}`,
      capability,
      ...(register && { register }),
      byte: register ? offset - register.offset : 0,
    };
  };
}

/** What stands at an offset of the header in functions of any type: `expansion ROM (PCI bridge: IO base upper)`. */
export function headerRegisterAt(offset: number): string {
  const [device, bridge] = [headerNameAt(0, offset), headerNameAt(1, offset)];
  return device === bridge ? device : `${device} (of a PCI bridge: ${bridge})`;
}

/** The registers that link a capability into its list. */
export function headOf(space: Uint8Array, { offset, extended }: PciCapability): PciRegister[] {
  const at = (name: string, start: number, size: 1 | 4): PciRegister => ({
    name,
    offset: offset + start,
    size,
    value: u(space, offset + start, size),
  });
  return extended ? [at('header', 0, 4)] : [at('id', 0, 1), at('next', 1, 1)];
}

function find(registers: readonly PciRegister[], offset: number): PciRegister | undefined {
  return registers.find((one) => offset >= one.offset && offset < one.offset + one.size);
}
