/**
 * `cpu` of x86: control registers, segments, flags. Sources: Intel SDM volume 3A §2 and §3, AMD APM volume 2 §3;
 * `vmstate_x86_cpu` (target/i386/machine.c); hidden flags: target/i386/cpu.h.
 */
import { hex } from '../../finding.js';
import { bitField, bits, enumeration, type Meaning, type Names, words } from '../meaning.js';
import { as, elements, type Interpreter } from './interpretation.js';

const EFLAGS_BITS: Names = {
  0: 'CF',
  2: 'PF',
  4: 'AF',
  6: 'ZF',
  7: 'SF',
  8: 'TF',
  9: 'IF',
  10: 'DF',
  11: 'OF',
  14: 'NT',
  16: 'RF',
  17: 'VM',
  18: 'AC',
  19: 'VIF',
  20: 'VIP',
  21: 'ID',
};
const IOPL = bitField(12, 13, 'IOPL');
/** Bit 1 is always set, and says nothing. */
const EFLAGS = bits({ ...EFLAGS_BITS, 1: '' }, IOPL);

const CR0 = bits({
  0: 'PE',
  1: 'MP',
  2: 'EM',
  3: 'TS',
  4: 'ET',
  5: 'NE',
  16: 'WP',
  18: 'AM',
  29: 'NW',
  30: 'CD',
  31: 'PG',
});
const CR4 = bits({
  0: 'VME',
  1: 'PVI',
  2: 'TSD',
  3: 'DE',
  4: 'PSE',
  5: 'PAE',
  6: 'MCE',
  7: 'PGE',
  8: 'PCE',
  9: 'OSFXSR',
  10: 'OSXMMEXCPT',
  11: 'UMIP',
  12: 'LA57',
  13: 'VMXE',
  14: 'SMXE',
  16: 'FSGSBASE',
  17: 'PCIDE',
  18: 'OSXSAVE',
  20: 'SMEP',
  21: 'SMAP',
  22: 'PKE',
  23: 'CET',
  24: 'PKS',
  25: 'UINTR',
  28: 'LAM_SUP',
  32: 'FRED',
});
const EFER = bits({
  0: 'SCE',
  8: 'LME',
  10: 'LMA',
  11: 'NXE',
  12: 'SVME',
  13: 'LMSLE',
  14: 'FFXSR',
  15: 'TCE',
  21: 'AIBRSE',
});
const XCR0 = bits({
  0: 'x87',
  1: 'SSE',
  2: 'AVX',
  3: 'BNDREGS',
  4: 'BNDCSR',
  5: 'opmask',
  6: 'ZMM_Hi256',
  7: 'Hi16_ZMM',
  8: 'PT',
  9: 'PKRU',
  10: 'PASID',
  11: 'CET_U',
  12: 'CET_S',
  13: 'HDC',
  14: 'UINTR',
  15: 'LBR',
  16: 'HWP',
  17: 'XTILECFG',
  18: 'XTILEDATA',
  19: 'APX',
});
const HFLAGS = bits(
  {
    3: 'INHIBIT_IRQ',
    4: 'CS32',
    5: 'SS32',
    6: 'ADDSEG',
    7: 'PE',
    8: 'TF',
    9: 'MP',
    10: 'EM',
    11: 'TS',
    14: 'LMA',
    15: 'CS64',
    16: 'RF',
    17: 'VM',
    18: 'AC',
    19: 'SMM',
    20: 'SVME',
    21: 'GUEST',
    22: 'OSFXSR',
    23: 'SMAP',
    24: 'IOBPT',
    25: 'MPX_EN',
    26: 'MPX_IU',
    27: 'UMIP',
    28: 'AVX_EN',
  },
  bitField(0, 1, 'CPL', { 0: '0' }),
  IOPL,
);
const HFLAGS2 = bits({
  0: 'GIF',
  1: 'HIF',
  2: 'NMI',
  3: 'VINTR',
  4: 'SMM_INSIDE_NMI',
  5: 'MPX_PR',
  6: 'NPT',
  7: 'IGNNE',
  8: 'VGIF',
});
const ROUNDING = { 0: 'nearest', 1: 'down', 2: 'up', 3: 'zero' };
const MXCSR = bits(
  {
    0: 'IE',
    1: 'DE',
    2: 'ZE',
    3: 'OE',
    4: 'UE',
    5: 'PE',
    6: 'DAZ',
    7: 'IM',
    8: 'DM',
    9: 'ZM',
    10: 'OM',
    11: 'UM',
    12: 'PM',
    15: 'FZ',
  },
  bitField(13, 14, 'round', ROUNDING),
);
const FPU_CONTROL = bits(
  { 0: 'IM', 1: 'DM', 2: 'ZM', 3: 'OM', 4: 'UM', 5: 'PM', 6: '' },
  bitField(8, 9, 'precision', { 0: 'single', 2: 'double', 3: 'extended' }),
  bitField(10, 11, 'round', ROUNDING),
);
const FPU_STATUS = bits(
  {
    0: 'IE',
    1: 'DE',
    2: 'ZE',
    3: 'OE',
    4: 'UE',
    5: 'PE',
    6: 'SF',
    7: 'ES',
    8: 'C0',
    9: 'C1',
    10: 'C2',
    14: 'C3',
    15: 'B',
  },
  bitField(11, 13, 'TOP'),
);

const EXCEPTIONS: Names = {
  [-1]: 'none',
  0: '#DE',
  1: '#DB',
  2: 'NMI',
  3: '#BP',
  4: '#OF',
  5: '#BR',
  6: '#UD',
  7: '#NM',
  8: '#DF',
  10: '#TS',
  11: '#NP',
  12: '#SS',
  13: '#GP',
  14: '#PF',
  16: '#MF',
  17: '#AC',
  18: '#MC',
  19: '#XM',
  20: '#VE',
  21: '#CP',
};

const MEMORY_TYPES: Names = { 0: 'UC', 1: 'WC', 4: 'WT', 5: 'WP', 6: 'WB', 7: 'UC-' };
const byteTypes = words((value) =>
  Array.from({ length: 8 }, (_, i) => {
    const type = Number((BigInt(value) >> BigInt(8 * i)) & 0xffn);
    return MEMORY_TYPES[type] ?? hex(type);
  }).join(' '),
);
const MTRR_DEFAULT = bits({ 10: 'FIXED', 11: 'ENABLE' }, bitField(0, 7, 'default', MEMORY_TYPES));
const MTRR_FIXED = [
  '64K_00000',
  '16K_80000',
  '16K_A0000',
  ...[0, 1, 2, 3, 4, 5, 6, 7].map(
    (i) =>
      `4K_${hex(0xc0000 + i * 0x8000)
        .slice(2)
        .toUpperCase()}`,
  ),
];

const PAGE_MASK = ~0xfffn;
/** An address of a page, with flags below it. */
const pageWith = (flags: Names): Meaning =>
  words((value) => {
    if (BigInt(value) === 0n) return undefined;
    const set = Object.entries(flags).filter(([bit]) => (BigInt(value) >> BigInt(bit)) & 1n);
    return [hex(BigInt(value) & PAGE_MASK), ...set.map(([, name]) => name)].join(' ');
  });

/** The upper word of a descriptor, as QEMU keeps it. */
const SEGMENT = words((flags) => {
  const value = Number(flags);
  if (value === 0) return undefined;
  const said = [descriptorKind((value >> 8) & 15, (value & 0x1000) !== 0), `DPL=${(value >> 13) & 3}`];
  if ((value & 0x8000) === 0) said.push('not present');
  if (value & 0x10_0000) said.push('AVL');
  if (value & 0x20_0000) said.push('64 bit');
  if (value & 0x40_0000) said.push('32 bit');
  if (value & 0x80_0000) said.push('4 KiB units');
  return said.join(', ');
});
const SYSTEM_DESCRIPTORS: Names = {
  1: '16-bit TSS',
  2: 'LDT',
  3: 'busy 16-bit TSS',
  9: 'TSS',
  11: 'busy TSS',
  12: 'call gate',
  14: 'interrupt gate',
  15: 'trap gate',
};

function descriptorKind(type: number, ordinary: boolean): string {
  if (!ordinary) return SYSTEM_DESCRIPTORS[type] ?? `system type ${type}`;
  const accessed = type & 1 ? ' accessed' : '';
  if (type & 8) return `code ${type & 2 ? 'read' : 'execute only'}${type & 4 ? ' conforming' : ''}${accessed}`;
  return `data ${type & 2 ? 'write' : 'read only'}${type & 4 ? ' expand down' : ''}${accessed}`;
}

const REGISTERS = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
];

export const X86_CPU: readonly Interpreter[] = [
  {
    vmsd: 'cpu',
    when: 'env.eflags',
    fields: {
      'env.regs': elements(REGISTERS),
      'env.eflags': as(EFLAGS),
      'env.fmask': as(bits(EFLAGS_BITS, IOPL)),
      'env.hflags': as(HFLAGS),
      'env.hflags2': as(HFLAGS2),
      'env.fpuc': as(FPU_CONTROL),
      'env.fpus_vmstate': as(FPU_STATUS),
      'env.segs': elements(['ES', 'CS', 'SS', 'DS', 'FS', 'GS']),
      'env.cr[0]': as(CR0),
      'env.cr[3]': as(pageWith({ 3: 'PWT', 4: 'PCD' })),
      'env.cr[4]': as(CR4),
      'env.dr': elements(['DR0', 'DR1', 'DR2', 'DR3', 'DR4', 'DR5', 'DR6', 'DR7']),
      'env.efer': as(EFER),
      'env.star': as(bits({}, bitField(0, 31, 'EIP'), bitField(32, 47, 'SYSCALL'), bitField(48, 63, 'SYSRET'))),
      'env.mxcsr': as(MXCSR),
      'env.pat': as(byteTypes),
      'env.mtrr_fixed': elements(MTRR_FIXED, byteTypes),
      'env.mtrr_deftype': as(MTRR_DEFAULT),
      'env.mcg_cap': as(bits({ 8: 'CTL_P', 9: 'EXT_P', 24: 'SER_P', 27: 'LMCE_P' }, bitField(0, 7, 'banks'))),
      'env.xcr0': as(XCR0),
      'env.xstate_bv': as(XCR0),
      'env.exception_nr': as(enumeration(EXCEPTIONS)),
      'env.interrupt_injected': as(words((vector) => (vector === -1 ? 'none' : undefined))),
      'env.mp_state': as(
        enumeration({ 0: 'runnable', 1: 'uninitialized', 2: 'INIT received', 3: 'halted', 4: 'SIPI received' }),
      ),
      'env.system_time_msr': as(
        words((value) => (Number(BigInt(value) & 1n) ? `${hex(BigInt(value) & ~1n)} ENABLE` : 'off')),
      ),
    },
  },
  { vmsd: 'segment', fields: { flags: as(SEGMENT) } },
  {
    vmsd: 'mtrr_var',
    fields: {
      base: as(bits({}, bitField(0, 7, 'type', MEMORY_TYPES), bitField(12, 63, 'page'))),
      mask: as(bits({ 11: 'VALID' }, bitField(12, 63, 'mask'))),
    },
  },
  {
    vmsd: 'cpu/msr_ia32_misc_enable',
    fields: {
      'env.msr_ia32_misc_enable': as(
        bits({
          0: 'FAST_STRING',
          3: 'TCC',
          7: 'EMON',
          11: 'BTS_UNAVAIL',
          12: 'PEBS_UNAVAIL',
          16: 'ENHANCED_SPEEDSTEP',
          18: 'MWAIT',
        }),
      ),
    },
  },
  {
    vmsd: 'cpu/pkru',
    fields: {
      'env.pkru': as(
        bits(
          {},
          ...Array.from({ length: 16 }, (_, key) =>
            bitField(2 * key, 2 * key + 1, `key${key}`, { 1: 'AD', 2: 'WD', 3: 'AD+WD' }),
          ),
        ),
      ),
    },
  },
  { vmsd: 'cpu/tsc_khz', fields: { 'env.tsc_khz': as(words((khz) => `${(Number(khz) / 1000).toFixed(3)} MHz`)) } },
];
