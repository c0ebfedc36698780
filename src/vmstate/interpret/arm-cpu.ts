/**
 * `cpu` of 32- and 64-bit ARM. System registers are an array of values and one of their ids, which are those of KVM. Sources: ARM
 * architecture reference manual (DDI 0487); `vmstate_arm_cpu` (target/arm/machine.c), `cpreg_to_kvm_id` (target/arm/cpu.h).
 */
import { hex } from '../../finding.js';
import { bitField, bits, type Names, namesOf } from '../meaning.js';
import type { FieldValue } from '../values.js';
import { as, buffer, elements, type Interpreter } from './interpretation.js';

const KVM_REG_ARCH = 60n;
const KVM_ARM = 4n;
const KVM_ARM64 = 6n;
const SYSREG = 0x13;

/** By op0, op1, crn, crm, op2. */
const SYSTEM_REGISTERS: Readonly<Record<string, string>> = {
  '2,0,0,2,2': 'MDSCR_EL1',
  '2,0,1,0,4': 'OSLAR_EL1',
  '2,0,1,1,4': 'OSLSR_EL1',
  '3,0,0,0,0': 'MIDR_EL1',
  '3,0,0,0,5': 'MPIDR_EL1',
  '3,0,0,0,6': 'REVIDR_EL1',
  '3,0,0,1,0': 'ID_PFR0_EL1',
  '3,0,0,1,1': 'ID_PFR1_EL1',
  '3,0,0,1,2': 'ID_DFR0_EL1',
  '3,0,0,1,3': 'ID_AFR0_EL1',
  '3,0,0,1,4': 'ID_MMFR0_EL1',
  '3,0,0,1,5': 'ID_MMFR1_EL1',
  '3,0,0,1,6': 'ID_MMFR2_EL1',
  '3,0,0,1,7': 'ID_MMFR3_EL1',
  '3,0,0,2,0': 'ID_ISAR0_EL1',
  '3,0,0,2,1': 'ID_ISAR1_EL1',
  '3,0,0,2,2': 'ID_ISAR2_EL1',
  '3,0,0,2,3': 'ID_ISAR3_EL1',
  '3,0,0,2,4': 'ID_ISAR4_EL1',
  '3,0,0,2,5': 'ID_ISAR5_EL1',
  '3,0,0,2,6': 'ID_MMFR4_EL1',
  '3,0,0,2,7': 'ID_ISAR6_EL1',
  '3,0,0,3,0': 'MVFR0_EL1',
  '3,0,0,3,1': 'MVFR1_EL1',
  '3,0,0,3,2': 'MVFR2_EL1',
  '3,0,0,3,4': 'ID_PFR2_EL1',
  '3,0,0,3,5': 'ID_DFR1_EL1',
  '3,0,0,3,6': 'ID_MMFR5_EL1',
  '3,0,0,4,0': 'ID_AA64PFR0_EL1',
  '3,0,0,4,1': 'ID_AA64PFR1_EL1',
  '3,0,0,4,4': 'ID_AA64ZFR0_EL1',
  '3,0,0,4,5': 'ID_AA64SMFR0_EL1',
  '3,0,0,5,0': 'ID_AA64DFR0_EL1',
  '3,0,0,6,0': 'ID_AA64ISAR0_EL1',
  '3,0,0,6,1': 'ID_AA64ISAR1_EL1',
  '3,0,0,6,2': 'ID_AA64ISAR2_EL1',
  '3,0,0,7,0': 'ID_AA64MMFR0_EL1',
  '3,0,0,7,1': 'ID_AA64MMFR1_EL1',
  '3,0,0,7,2': 'ID_AA64MMFR2_EL1',
  '3,0,0,7,3': 'ID_AA64MMFR3_EL1',
  '3,0,1,0,0': 'SCTLR_EL1',
  '3,0,1,0,1': 'ACTLR_EL1',
  '3,0,1,0,2': 'CPACR_EL1',
  '3,0,1,2,0': 'ZCR_EL1',
  '3,0,2,0,0': 'TTBR0_EL1',
  '3,0,2,0,1': 'TTBR1_EL1',
  '3,0,2,0,2': 'TCR_EL1',
  '3,0,2,1,0': 'APIAKEYLO_EL1',
  '3,0,2,1,1': 'APIAKEYHI_EL1',
  '3,0,2,1,2': 'APIBKEYLO_EL1',
  '3,0,2,1,3': 'APIBKEYHI_EL1',
  '3,0,4,0,0': 'SPSR_EL1',
  '3,0,4,0,1': 'ELR_EL1',
  '3,0,4,1,0': 'SP_EL0',
  '3,0,4,6,0': 'ICC_PMR_EL1',
  '3,0,5,1,0': 'AFSR0_EL1',
  '3,0,5,1,1': 'AFSR1_EL1',
  '3,0,5,2,0': 'ESR_EL1',
  '3,0,6,0,0': 'FAR_EL1',
  '3,0,7,4,0': 'PAR_EL1',
  '3,0,9,14,1': 'PMINTENSET_EL1',
  '3,0,10,2,0': 'MAIR_EL1',
  '3,0,10,3,0': 'AMAIR_EL1',
  '3,0,12,0,0': 'VBAR_EL1',
  '3,0,12,12,5': 'ICC_SRE_EL1',
  '3,0,13,0,1': 'CONTEXTIDR_EL1',
  '3,0,13,0,4': 'TPIDR_EL1',
  '3,0,14,1,0': 'CNTKCTL_EL1',
  '3,1,0,0,0': 'CCSIDR_EL1',
  '3,1,0,0,1': 'CLIDR_EL1',
  '3,2,0,0,0': 'CSSELR_EL1',
  '3,3,0,0,1': 'CTR_EL0',
  '3,3,0,0,7': 'DCZID_EL0',
  '3,3,4,2,0': 'NZCV',
  '3,3,4,2,1': 'DAIF',
  '3,3,9,12,0': 'PMCR_EL0',
  '3,3,9,12,1': 'PMCNTENSET_EL0',
  '3,3,9,12,3': 'PMOVSCLR_EL0',
  '3,3,9,13,0': 'PMCCNTR_EL0',
  '3,3,9,14,0': 'PMUSERENR_EL0',
  '3,3,13,0,2': 'TPIDR_EL0',
  '3,3,13,0,3': 'TPIDRRO_EL0',
  '3,3,14,0,0': 'CNTFRQ_EL0',
  '3,3,14,0,2': 'CNTVCT_EL0',
  '3,3,14,2,1': 'CNTP_CTL_EL0',
  '3,3,14,2,2': 'CNTP_CVAL_EL0',
  '3,3,14,3,1': 'CNTV_CTL_EL0',
  '3,3,14,3,2': 'CNTV_CVAL_EL0',
  '3,4,0,0,0': 'VPIDR_EL2',
  '3,4,0,0,5': 'VMPIDR_EL2',
  '3,4,1,0,0': 'SCTLR_EL2',
  '3,4,1,1,0': 'HCR_EL2',
  '3,4,1,1,2': 'CPTR_EL2',
  '3,4,2,0,0': 'TTBR0_EL2',
  '3,4,2,1,0': 'VTTBR_EL2',
  '3,4,12,0,0': 'VBAR_EL2',
  '3,4,14,0,3': 'CNTVOFF_EL2',
  '3,6,1,0,0': 'SCTLR_EL3',
  '3,6,1,1,0': 'SCR_EL3',
  '3,6,12,0,0': 'VBAR_EL3',
};

/** The id of a system register as a name; by its coordinates where it has none here. */
function registerName(id: FieldValue): string {
  if (typeof id !== 'bigint') return '';
  const low = Number(id & 0xffff_ffffn);
  if (id >> KVM_REG_ARCH === KVM_ARM64 && low >>> 16 === SYSREG) {
    const place = [(low >> 14) & 3, (low >> 11) & 7, (low >> 7) & 15, (low >> 3) & 15, low & 7].join(',');
    const [op0, op1, crn, crm, op2] = place.split(',');
    return SYSTEM_REGISTERS[place] ?? `S${op0}_${op1}_C${crn}_C${crm}_${op2}`;
  }
  if (id >> KVM_REG_ARCH !== KVM_ARM) return hex(id);
  const secure = low & 0x2000_0000 ? ', non-secure' : '';
  const [cp, crn, crm] = [(low >> 16) & 15, (low >> 11) & 15, (low >> 7) & 15];
  return low & 0x8000
    ? `p${cp},${(low >> 3) & 15},c${crm}${secure}`
    : `p${cp},${(low >> 3) & 7},c${crn},c${crm},${low & 7}${secure}`;
}

const MODES: Names = {
  0: 'EL0t',
  4: 'EL1t',
  5: 'EL1h',
  8: 'EL2t',
  9: 'EL2h',
  12: 'EL3t',
  13: 'EL3h',
  16: 'usr',
  17: 'fiq',
  18: 'irq',
  19: 'svc',
  22: 'mon',
  23: 'abt',
  26: 'hyp',
  27: 'und',
  31: 'sys',
};
const PSTATE = bits(
  {
    5: 'T',
    6: 'F',
    7: 'I',
    8: 'A',
    9: 'D',
    20: 'IL',
    21: 'SS',
    22: 'PAN',
    23: 'UAO',
    27: 'Q',
    28: 'V',
    29: 'C',
    30: 'Z',
    31: 'N',
  },
  bitField(0, 4, '', MODES),
);
const SYNDROME = bits(
  { 25: 'IL' },
  bitField(0, 24, 'ISS', hex),
  bitField(26, 31, 'EC', {
    0x01: 'WFx',
    0x07: 'FP access',
    0x11: 'SVC, 32 bit',
    0x15: 'SVC',
    0x16: 'HVC',
    0x17: 'SMC',
    0x18: 'system register',
    0x20: 'instruction abort, lower EL',
    0x21: 'instruction abort',
    0x22: 'PC alignment',
    0x24: 'data abort, lower EL',
    0x25: 'data abort',
    0x26: 'SP alignment',
    0x2f: 'SError',
    0x3c: 'BRK',
  }),
);
const GENERAL_REGISTERS = [...Array.from({ length: 31 }, (_, i) => `X${i}`), 'SP'];
const LEVELS = ['EL0', 'EL1', 'EL2', 'EL3'];

const word = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
const POWER: Names = { 0: 'on', 1: 'off', 2: 'going on' };

export const ARM_CPU: readonly Interpreter[] = [
  {
    vmsd: 'cpu',
    when: 'cpreg_vmstate_values',
    fields: {
      'env.xregs': elements(GENERAL_REGISTERS),
      'env.elr_el': elements(LEVELS),
      'env.sp_el': elements(LEVELS),
      'env.exception.syndrome': as(SYNDROME),
      cpsr: buffer((bytes) => (bytes.length === 4 ? [namesOf(PSTATE, word(bytes)).join(' ')] : [])),
      power_state: buffer(([state]) => [POWER[state ?? -1] ?? 'unknown']),
      cpreg_vmstate_values: { labelsFrom: { field: 'cpreg_vmstate_indexes', name: registerName } },
    },
  },
];
