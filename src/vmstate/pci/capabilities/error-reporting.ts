/** Advanced error reporting and downstream port containment. Writer: `pcie_aer_init`, `pcie_aer_root_init` (hw/pci/pcie_aer.c). */
import { bitField, bits, type Names } from '../../meaning.js';
import { register, u } from '../register.js';
import { type CapabilityKind, fixed } from './capability.js';

const UNCORRECTABLE: Names = {
  4: 'DLP',
  5: 'SDN',
  12: 'POISON_TLP',
  13: 'FCP',
  14: 'COMP_TIME',
  15: 'COMP_ABORT',
  16: 'UNX_COMP',
  17: 'RX_OVER',
  18: 'MALF_TLP',
  19: 'ECRC',
  20: 'UNSUP',
  21: 'ACSV',
  22: 'INTN',
  23: 'MCBTLP',
  24: 'ATOP_EBLOCKED',
  25: 'TLP_PRF_BLOCKED',
};
const CORRECTABLE: Names = {
  0: 'RCVR',
  6: 'BAD_TLP',
  7: 'BAD_DLLP',
  8: 'REP_ROLL',
  12: 'REP_TIMER',
  13: 'ADV_NONFATAL',
  14: 'INTERNAL',
  15: 'HL_OVERFLOW',
};
const UNCORRECTABLE_BITS = 0x03ff_f030;
const CORRECTABLE_BITS = 0xf1c1;

const CONTROL = bits(
  { 5: 'ECRC_GENC', 6: 'ECRC_GENE', 7: 'ECRC_CHKC', 8: 'ECRC_CHKE', 9: 'MHRC', 10: 'MHRE', 11: 'TLP' },
  bitField(0, 4, 'first error'),
);
const ROOT_COMMAND = bits({ 0: 'COR_EN', 1: 'NONFATAL_EN', 2: 'FATAL_EN' });
const ROOT_STATUS = bits(
  {
    0: 'COR_RCV',
    1: 'MULTI_COR_RCV',
    2: 'UNCOR_RCV',
    3: 'MULTI_UNCOR_RCV',
    4: 'FIRST_FATAL',
    5: 'NONFATAL_RCV',
    6: 'FATAL_RCV',
  },
  bitField(27, 31, 'irq'),
);

const PCI_EXP_CAPABILITY = 0x10;
const ROOT_PORT = 4;

/** Only root ports have the root registers; in other functions something else may stand there. */
function isRootPort(space: Uint8Array): boolean {
  let at = u(space, 0x34, 1) & 0xfc;
  for (let steps = 0; at >= 0x40 && steps < 48; steps++) {
    if (space[at] === PCI_EXP_CAPABILITY) return ((u(space, at + 2, 2) >> 4) & 15) === ROOT_PORT;
    at = u(space, at + 1, 1) & 0xfc;
  }
  return false;
}

export const AER: CapabilityKind = {
  id: 0x0001,
  name: 'AER',
  size: fixed(0x48),
  registers: (space) => [
    register(0x04, 4, 'uncorrectable status', bits(UNCORRECTABLE)),
    register(0x08, 4, 'uncorrectable mask', bits(UNCORRECTABLE)),
    register(0x0c, 4, 'uncorrectable severity', bits(UNCORRECTABLE)),
    register(0x10, 4, 'correctable status', bits(CORRECTABLE)),
    register(0x14, 4, 'correctable mask', bits(CORRECTABLE)),
    register(0x18, 4, 'capabilities and control', CONTROL),
    register(0x1c, 16, 'header log'),
    ...(isRootPort(space)
      ? [
          register(0x2c, 4, 'root command', ROOT_COMMAND),
          register(0x30, 4, 'root status', ROOT_STATUS),
          register(0x34, 2, 'correctable source'),
          register(0x36, 2, 'uncorrectable source'),
        ]
      : []),
    register(0x38, 16, 'TLP prefix log'),
  ],
  masks: (space) => [
    { offset: 0x04, size: 4, clear: UNCORRECTABLE_BITS },
    // Writable from 8.0 on, for machine types since then.
    { offset: 0x08, size: 4, varies: UNCORRECTABLE_BITS },
    { offset: 0x0c, size: 4, write: UNCORRECTABLE_BITS },
    { offset: 0x10, size: 4, clear: CORRECTABLE_BITS },
    { offset: 0x14, size: 4, write: CORRECTABLE_BITS },
    { offset: 0x18, size: 4, write: 0x0140, varies: 0x0400 },
    ...(isRootPort(space)
      ? ([
          { offset: 0x2c, size: 4, write: 0x0007 },
          { offset: 0x30, size: 4, clear: 0x007f, skip: 0xf800_0000 },
        ] as const)
      : []),
  ],
};

export const DPC: CapabilityKind = {
  id: 0x001d,
  name: 'DPC',
  size: fixed(12),
  registers: () => [
    register(4, 2, 'capabilities', bits({ 5: 'RP_EXT', 6: 'POISONED_TLP', 7: 'SW_TRIGGER' }, bitField(0, 4, 'irq'))),
    register(6, 2, 'control', bits({ 3: 'INT_EN' }, bitField(0, 1, 'trigger', { 1: 'fatal', 2: 'nonfatal' }))),
    register(8, 2, 'status', bits({ 0: 'TRIGGER', 3: 'INTERRUPT', 4: 'RP_BUSY' }, bitField(1, 2, 'reason'))),
    register(10, 2, 'source id'),
  ],
};
