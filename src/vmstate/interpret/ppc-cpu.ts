/** `cpu` of PowerPC, and the interrupt sources of pseries. Source: Power ISA 3.1; `vmstate_ppc_cpu` (target/ppc/machine.c). */
import { bits, type Names } from '../meaning.js';
import { as, elements, type Interpreter } from './interpretation.js';

const MSR = bits({
  0: 'LE',
  1: 'RI',
  2: 'PMM',
  4: 'DR',
  5: 'IR',
  6: 'IP',
  8: 'FE1',
  9: 'BE',
  10: 'SE',
  11: 'FE0',
  12: 'ME',
  13: 'FP',
  14: 'PR',
  15: 'EE',
  23: 'VSX',
  25: 'VR',
  60: 'HV',
  63: 'SF',
});

const SPECIAL_REGISTERS: Names = {
  1: 'XER',
  8: 'LR',
  9: 'CTR',
  13: 'AMR',
  18: 'DSISR',
  19: 'DAR',
  22: 'DECR',
  25: 'SDR1',
  26: 'SRR0',
  27: 'SRR1',
  28: 'CFAR',
  48: 'PID',
  256: 'VRSAVE',
  268: 'TBL',
  269: 'TBU',
  272: 'SPRG0',
  273: 'SPRG1',
  274: 'SPRG2',
  275: 'SPRG3',
  287: 'PVR',
  314: 'HSRR0',
  315: 'HSRR1',
  318: 'LPCR',
  319: 'LPIDR',
  446: 'TIR',
  464: 'PTCR',
  769: 'MMCR2',
  770: 'MMCRA',
  779: 'MMCR0',
  782: 'MMCR1',
  815: 'TAR',
  848: 'VTB',
  849: 'HDEC',
  1008: 'HID0',
  1009: 'HID1',
  1012: 'HID4',
  1014: 'HID5',
  1023: 'PIR',
};

export const PPC_CPU: readonly Interpreter[] = [
  {
    vmsd: 'cpu',
    when: 'env.spr',
    fields: {
      'env.gpr': elements(Array.from({ length: 32 }, (_, i) => `r${i}`)),
      'env.msr': as(MSR),
      'env.spr': { labels: SPECIAL_REGISTERS },
      'env.crf': elements(
        Array.from({ length: 8 }, (_, i) => `cr${i}`),
        bits({ 0: 'SO', 1: 'EQ', 2: 'GT', 3: 'LT' }),
      ),
    },
  },
  {
    vmsd: 'ics/irq',
    fields: {
      flags: as(bits({ 0: 'LSI', 1: 'MSI' })),
      status: as(bits({ 0: 'ASSERTED', 1: 'SENT', 2: 'REJECTED', 3: 'MASKED_PENDING', 4: 'PRESENTED', 5: 'QUEUED' })),
    },
  },
];
