/** The interpreters that are built in. A new one is a file in this folder and a line here. */
import type { VmsdDescription } from '../vmdesc.js';
import { ARM_CPU } from './arm-cpu.js';
import { CPU_COMMON } from './cpu-common.js';
import { DISK_CONTROLLERS } from './disk-controllers.js';
import type { Interpretation, Interpreter } from './interpretation.js';
import { NETWORK } from './network.js';
import { PC_BOARD } from './pc-board.js';
import { PPC_CPU } from './ppc-cpu.js';
import { RISCV_CPU } from './riscv-cpu.js';
import { RTC } from './rtc.js';
import { S390_CPU } from './s390-cpu.js';
import { SERIAL } from './serial.js';
import { USB } from './usb.js';
import { X86_CPU } from './x86-cpu.js';
import { X86_INTERRUPTS } from './x86-interrupts.js';

export const INTERPRETERS: readonly Interpreter[] = [
  ...X86_CPU,
  ...X86_INTERRUPTS,
  ...CPU_COMMON,
  ...RTC,
  ...SERIAL,
  ...DISK_CONTROLLERS,
  ...USB,
  ...PC_BOARD,
  ...NETWORK,
  ...ARM_CPU,
  ...S390_CPU,
  ...PPC_CPU,
  ...RISCV_CPU,
];

const BY_VMSD = new Map<string, Interpreter[]>();
for (const interpreter of INTERPRETERS) {
  for (const vmsd of typeof interpreter.vmsd === 'string' ? [interpreter.vmsd] : interpreter.vmsd) {
    const known = BY_VMSD.get(vmsd);
    if (known) known.push(interpreter);
    else BY_VMSD.set(vmsd, [interpreter]);
  }
}

/** What is known of the fields of a struct that the vmdesc describes, by their names. */
export function interpretationsOf(of: VmsdDescription): ReadonlyMap<string, Interpretation> | undefined {
  const known = BY_VMSD.get(of.vmsdName);
  const fitting = known?.find(({ when }) => when === undefined || of.fields.some(({ name }) => name === when));
  return fitting && byField(fitting);
}

const FIELDS = new Map<Interpreter, ReadonlyMap<string, Interpretation>>();

function byField(interpreter: Interpreter): ReadonlyMap<string, Interpretation> {
  let fields = FIELDS.get(interpreter);
  if (!fields) FIELDS.set(interpreter, (fields = new Map(Object.entries(interpreter.fields))));
  return fields;
}
