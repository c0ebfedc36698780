/** `cpu` of s390x. Source: z/Architecture principles of operation, chapter 4; `vmstate_s390_cpu` (target/s390x/machine.c). */
import { bitField, bits, enumeration } from '../meaning.js';
import { as, elements, type Interpreter } from './interpretation.js';

/** Bit 0 of IBM's counting is bit 63 here. */
const PSW_MASK = bits(
  { 31: 'BA', 32: 'EA', 46: 'PROBLEM', 48: 'WAIT', 50: 'MCHECK', 56: 'EXT', 57: 'IO', 58: 'DAT', 62: 'PER' },
  bitField(40, 43, 'program mask'),
  bitField(44, 45, 'CC', { 0: '0' }),
  bitField(52, 55, 'key'),
);
const ACCESS = Array.from({ length: 16 }, (_, i) => `a${i}`);
const CONTROL = Array.from({ length: 16 }, (_, i) => `c${i}`);
const GENERAL = Array.from({ length: 16 }, (_, i) => `r${i}`);

export const S390_CPU: readonly Interpreter[] = [
  {
    vmsd: 'cpu',
    when: 'env.psw.mask',
    fields: {
      'env.psw.mask': as(PSW_MASK),
      'env.regs': elements(GENERAL),
      'env.cregs': elements(CONTROL),
      'env.aregs': elements(ACCESS),
      'env.cpu_state': as(
        enumeration({ 0: 'uninitialized', 1: 'stopped', 2: 'check-stop', 3: 'operating', 4: 'load' }),
      ),
    },
  },
];
