/** `cpu` of RISC-V. Source: the privileged architecture 20211203; `vmstate_riscv_cpu` (target/riscv/machine.c). */
import { hex } from '../../finding.js';
import { bitField, bits, enumeration, type Names, words } from '../meaning.js';
import { as, elements, type Interpreter } from './interpretation.js';

const REGISTERS =
  'zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(' ');
const LETTERS = words((extensions) =>
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((_, bit) => (Number(extensions) >>> bit) & 1).join(''),
);
const FIELD_STATE: Names = { 0: 'off', 1: 'initial', 2: 'clean', 3: 'dirty' };
const WIDTHS: Names = { 1: '32', 2: '64', 3: '128' };
const MSTATUS = bits(
  {
    1: 'SIE',
    3: 'MIE',
    5: 'SPIE',
    6: 'UBE',
    7: 'MPIE',
    8: 'SPP',
    17: 'MPRV',
    18: 'SUM',
    19: 'MXR',
    20: 'TVM',
    21: 'TW',
    22: 'TSR',
    36: 'SBE',
    37: 'MBE',
    38: 'GVA',
    39: 'MPV',
    63: 'SD',
  },
  bitField(9, 10, 'VS', FIELD_STATE),
  bitField(11, 12, 'MPP', { 0: 'U', 1: 'S', 3: 'M' }),
  bitField(13, 14, 'FS', FIELD_STATE),
  bitField(15, 16, 'XS', FIELD_STATE),
  bitField(32, 33, 'UXL', WIDTHS),
  bitField(34, 35, 'SXL', WIDTHS),
);
const INTERRUPTS = bits({
  1: 'SSI',
  2: 'VSSI',
  3: 'MSI',
  5: 'STI',
  6: 'VSTI',
  7: 'MTI',
  9: 'SEI',
  10: 'VSEI',
  11: 'MEI',
  12: 'SGEI',
});
const SATP = bits(
  {},
  bitField(0, 43, 'page', (page) => hex(page * 0x1000)),
  bitField(44, 59, 'ASID'),
  bitField(60, 63, '', { 0: 'bare', 8: 'Sv39', 9: 'Sv48', 10: 'Sv57' }),
);
const PRIVILEGE = enumeration({ 0: 'U', 1: 'S', 3: 'M' });

export const RISCV_CPU: readonly Interpreter[] = [
  {
    vmsd: 'cpu',
    when: 'env.misa_ext',
    fields: {
      'env.gpr': elements(REGISTERS),
      'env.misa_ext': as(LETTERS),
      'env.misa_ext_mask': as(LETTERS),
      'env.misa_mxl': as(enumeration({ 1: '32 bit', 2: '64 bit', 3: '128 bit' })),
      'env.priv': as(PRIVILEGE),
      'env.mstatus': as(MSTATUS),
      'env.mip': as(INTERRUPTS),
      'env.mie': as(INTERRUPTS),
      'env.mideleg': as(INTERRUPTS),
      'env.satp': as(SATP),
    },
  },
];
