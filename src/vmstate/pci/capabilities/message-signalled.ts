/** MSI and MSI-X. Writer: `msi_init` (hw/pci/msi.c), `msix_init` (hw/pci/msix.c). */
import { bitField, bits } from '../../meaning.js';
import { register, u } from '../register.js';
import { type CapabilityKind, fixed } from './capability.js';

const powerOfTwo = (value: number): string => `${2 ** value}`;

const MSI_FLAGS = bits(
  { 0: 'ENABLE', 7: '64BIT', 8: 'MASKBIT', 9: 'EXT_DATA_CAP', 10: 'EXT_DATA' },
  bitField(1, 3, 'vectors', powerOfTwo),
  bitField(4, 6, 'enabled', powerOfTwo),
);

const wide = (space: Uint8Array, offset: number): boolean => (u(space, offset + 2, 2) & 0x80) !== 0;
const maskable = (space: Uint8Array, offset: number): boolean => (u(space, offset + 2, 2) & 0x100) !== 0;

/** A bit for each vector that the device may have. */
function vectorBits(space: Uint8Array, offset: number): number {
  const vectors = 2 ** ((u(space, offset + 2, 2) >> 1) & 7);
  return vectors >= 32 ? 0xffff_ffff : 2 ** vectors - 1;
}

export const MSI: CapabilityKind = {
  id: 0x05,
  name: 'MSI',
  size: (space, offset) => (maskable(space, offset) ? 0x14 : 0x0a) + (wide(space, offset) ? 4 : 0),
  registers: (space, offset) => {
    const behind = wide(space, offset) ? 12 : 8;
    return [
      register(2, 2, 'flags', MSI_FLAGS),
      register(4, 4, 'address'),
      ...(wide(space, offset) ? [register(8, 4, 'address upper')] : []),
      register(behind, 2, 'data'),
      ...(maskable(space, offset) ? [register(behind + 4, 4, 'mask'), register(behind + 8, 4, 'pending')] : []),
    ];
  },
  masks: (space, offset) => {
    const behind = wide(space, offset) ? 12 : 8;
    return [
      { offset: 2, size: 2, write: 0x71 },
      { offset: 4, size: 4, write: 0xffff_fffc },
      ...(wide(space, offset) ? [{ offset: 8, size: 4, write: 0xffff_ffff } as const] : []),
      { offset: behind, size: 2, write: 0xffff },
      ...(maskable(space, offset) ? [{ offset: behind + 4, size: 4, write: vectorBits(space, offset) } as const] : []),
    ];
  },
};

const MSIX_CONTROL = bits(
  { 14: 'MASK_ALL', 15: 'ENABLE' },
  bitField(0, 10, 'vectors', (last) => `${last + 1}`),
);
const IN_BAR = bits(
  {},
  bitField(0, 2, '', (bar) => `BAR${bar}`),
  bitField(3, 31, '', (units) => `+0x${(units * 8).toString(16)}`),
);

export const MSIX: CapabilityKind = {
  id: 0x11,
  name: 'MSI-X',
  size: fixed(0x0c),
  registers: () => [
    register(2, 2, 'control', MSIX_CONTROL),
    register(4, 4, 'table', IN_BAR),
    register(8, 4, 'pending bits', IN_BAR),
  ],
  masks: () => [{ offset: 2, size: 2, write: 0xc000 }],
};

/** Vectors that an MSI-X capability at `offset` has. */
export function msixVectors(space: Uint8Array, offset: number): number {
  return (u(space, offset + 2, 2) & 0x7ff) + 1;
}
