/** The PCI Express capability. Source: PCI Express Base Specification §7.5.3. Writer: `pcie_cap_init` (hw/pci/pcie.c). */
import { bitField, bits, enumeration, type Names } from '../../meaning.js';
import { register, u } from '../register.js';
import type { CapabilityKind } from './capability.js';

const PORT_TYPES: Names = {
  0: 'endpoint',
  1: 'legacy endpoint',
  4: 'root port',
  5: 'upstream port',
  6: 'downstream port',
  7: 'PCIe to PCI bridge',
  8: 'PCI to PCIe bridge',
  9: 'root complex integrated endpoint',
  10: 'root complex event collector',
};
const SPEEDS: Names = {
  1: '2.5 GT/s',
  2: '5 GT/s',
  3: '8 GT/s',
  4: '16 GT/s',
  5: '32 GT/s',
  6: '64 GT/s',
};
const bytes128 = (value: number): string => `${128 << value}`;
const lanes = (value: number): string | undefined => (value === 0 ? undefined : `x${value}`);

const FLAGS = bits({ 8: 'SLOT' }, bitField(0, 3, 'version'), bitField(4, 7, '', PORT_TYPES), bitField(9, 13, 'irq'));
const DEVCAP = bits(
  { 5: 'EXT_TAG', 12: 'ATN_BUT', 13: 'ATN_IND', 14: 'PWR_IND', 15: 'RBER', 28: 'FLR' },
  bitField(0, 2, 'max payload', bytes128),
  bitField(3, 4, 'phantom'),
  bitField(6, 8, 'L0s latency'),
  bitField(9, 11, 'L1 latency'),
  bitField(18, 25, 'power limit'),
  bitField(26, 27, 'power limit scale'),
);
const DEVCTL = bits(
  {
    0: 'CERE',
    1: 'NFERE',
    2: 'FERE',
    3: 'URRE',
    4: 'RELAX_EN',
    8: 'EXT_TAG',
    9: 'PHANTOM',
    10: 'AUX_PME',
    11: 'NOSNOOP_EN',
    15: 'BCR_FLR',
  },
  bitField(5, 7, 'payload', bytes128),
  bitField(12, 14, 'read request', bytes128),
);
const DEVSTA = bits({ 0: 'CED', 1: 'NFED', 2: 'FED', 3: 'URD', 4: 'AUXPD', 5: 'TRPND' });
const LNKCAP = bits(
  { 18: 'CLKPM', 19: 'SDERC', 20: 'DLLLARC', 21: 'LBNC', 22: 'ASPM_OPT' },
  bitField(0, 3, '', SPEEDS),
  bitField(4, 9, '', lanes),
  bitField(10, 11, 'ASPM', { 1: 'L0s', 2: 'L1', 3: 'L0s L1' }),
  bitField(12, 14, 'L0s exit'),
  bitField(15, 17, 'L1 exit'),
  bitField(24, 31, 'port'),
);
const LNKCTL = bits(
  { 3: 'RCB', 4: 'LD', 5: 'RL', 6: 'CCC', 7: 'ES', 8: 'CLKREQ_EN', 9: 'HAWD', 10: 'LBMIE', 11: 'LABIE' },
  bitField(0, 1, 'ASPM', { 1: 'L0s', 2: 'L1', 3: 'L0s L1' }),
);
const LNKSTA = bits(
  { 11: 'LT', 12: 'SLC', 13: 'DLLLA', 14: 'LBMS', 15: 'LABS' },
  bitField(0, 3, '', SPEEDS),
  bitField(4, 9, '', lanes),
);
const SLTCAP = bits(
  { 0: 'ABP', 1: 'PCP', 2: 'MRLSP', 3: 'AIP', 4: 'PIP', 5: 'HPS', 6: 'HPC', 17: 'EIP', 18: 'NCCS' },
  bitField(7, 14, 'power limit'),
  bitField(15, 16, 'power limit scale'),
  bitField(19, 31, 'slot'),
);
const INDICATOR: Names = { 1: 'on', 2: 'blink', 3: 'off' };
const SLTCTL = bits(
  { 0: 'ABPE', 1: 'PFDE', 2: 'MRLSCE', 3: 'PDCE', 4: 'CCIE', 5: 'HPIE', 11: 'EIC', 12: 'DLLSCE' },
  bitField(6, 7, 'attention', INDICATOR),
  bitField(8, 9, 'power indicator', INDICATOR),
  bitField(10, 10, 'power', { 0: 'on', 1: 'off' }),
);
const SLTSTA = bits({ 0: 'ABP', 1: 'PFD', 2: 'MRLSC', 3: 'PDC', 4: 'CC', 5: 'MRLSS', 6: 'PDS', 7: 'EIS', 8: 'DLLSC' });
const RTCTL = bits({ 0: 'SECEE', 1: 'SENFEE', 2: 'SEFEE', 3: 'PMEIE', 4: 'CRSSVE' });
const RTSTA = bits({ 16: 'PME', 17: 'PENDING' }, bitField(0, 15, 'requester'));
const DEVCAP2 = bits(
  {
    4: 'COMP_TMOUT_DIS',
    5: 'ARI',
    6: 'ATOMIC_ROUTE',
    7: 'ATOMIC_COMP32',
    8: 'ATOMIC_COMP64',
    9: 'ATOMIC_COMP128',
    11: 'LTR',
    16: '10BIT_TAG_COMP',
    17: '10BIT_TAG_REQ',
    20: 'EFF',
    21: 'EETLPP',
  },
  bitField(0, 3, 'completion timeouts'),
  bitField(12, 13, 'TPH'),
  bitField(18, 19, 'OBFF'),
  bitField(22, 23, 'max prefixes'),
);
const DEVCTL2 = bits(
  {
    4: 'COMP_TMOUT_DIS',
    5: 'ARI',
    6: 'ATOMIC_REQ',
    7: 'ATOMIC_EGRESS_BLOCK',
    8: 'IDO_REQ_EN',
    9: 'IDO_CMP_EN',
    10: 'LTR_EN',
    15: 'EETLPPB',
  },
  bitField(0, 3, 'completion timeout'),
  bitField(13, 14, 'OBFF'),
);
const LNKCAP2 = bits({ ...SPEEDS, 8: 'CROSSLINK' });
const LNKCTL2 = bits({ 4: 'COMPLIANCE', 5: 'AUTO_SPEED_DIS' }, bitField(0, 3, 'target', SPEEDS));

const registers = [
  register(0x02, 2, 'flags', FLAGS),
  register(0x04, 4, 'device capabilities', DEVCAP),
  register(0x08, 2, 'device control', DEVCTL),
  register(0x0a, 2, 'device status', DEVSTA),
  register(0x0c, 4, 'link capabilities', LNKCAP),
  register(0x10, 2, 'link control', LNKCTL),
  register(0x12, 2, 'link status', LNKSTA),
  register(0x14, 4, 'slot capabilities', SLTCAP),
  register(0x18, 2, 'slot control', SLTCTL),
  register(0x1a, 2, 'slot status', SLTSTA),
  register(0x1c, 2, 'root control', RTCTL),
  register(0x1e, 2, 'root capabilities', enumeration({ 1: 'CRSVIS' })),
  register(0x20, 4, 'root status', RTSTA),
  register(0x24, 4, 'device capabilities 2', DEVCAP2),
  register(0x28, 2, 'device control 2', DEVCTL2),
  register(0x2a, 2, 'device status 2'),
  register(0x2c, 4, 'link capabilities 2', LNKCAP2),
  register(0x30, 2, 'link control 2', LNKCTL2),
  register(0x32, 2, 'link status 2'),
  register(0x34, 4, 'slot capabilities 2'),
  register(0x38, 2, 'slot control 2'),
  register(0x3a, 2, 'slot status 2'),
];

/** Registers of slots and roots say nothing where there is neither. */
const SLOT = [0x14, 0x18, 0x1a];
const ROOT = [0x1c, 0x1e, 0x20];
const ROOT_PORT = 4;
const EVENT_COLLECTOR = 10;

const VERSION_1_SIZE = 0x14;
const VERSION_2_SIZE = 0x3c;

/** Whether the function is a port with a slot, and whether a root of the hierarchy. */
function portKind(space: Uint8Array, offset: number): { readonly slot: boolean; readonly root: boolean } {
  const flags = u(space, offset + 2, 2);
  const type = (flags >> 4) & 15;
  return { slot: (flags & 0x100) !== 0, root: type === ROOT_PORT || type === EVENT_COLLECTOR };
}

export const PCI_EXPRESS: CapabilityKind = {
  id: 0x10,
  name: 'PCI Express',
  size: (space, offset) => ((u(space, offset + 2, 2) & 15) === 1 ? VERSION_1_SIZE : VERSION_2_SIZE),
  registers: (space, offset) => {
    const { slot, root } = portKind(space, offset);
    return registers.filter(({ offset: at }) => (slot || !SLOT.includes(at)) && (root || !ROOT.includes(at)));
  },
  masks: (space, offset) => {
    const { slot, root } = portKind(space, offset);
    return [
      { offset: 0x08, size: 2, varies: 0xffff },
      { offset: 0x0a, size: 2, varies: 0x000f },
      { offset: 0x10, size: 2, varies: 0x00c0 },
      { offset: 0x12, size: 2, skip: 0xffff },
      ...(slot
        ? ([
            { offset: 0x18, size: 2, write: 0x0ff9 },
            // Presence is compared by releases up to 7.2 at least, and by none since.
            { offset: 0x1a, size: 2, clear: 0x0019, varies: 0x0040 },
          ] as const)
        : []),
      ...(root ? [{ offset: 0x1c, size: 2, write: 0x0007 } as const] : []),
      { offset: 0x28, size: 2, write: 0x8000, varies: 0x0020 },
    ];
  },
};
