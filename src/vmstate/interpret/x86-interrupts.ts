/**
 * Interrupt controllers and timers of a PC: local APIC, IO APIC, i8259, i8254, HPET. Sources: Intel SDM volume 3A §11, IA-PC HPET
 * specification 1.0a, data sheets of 82093AA, 8259A and 8254; QEMU's `vmstate_apic_common`, `vmstate_ioapic_common`,
 * `vmstate_pic_common`, `vmstate_pit_common`, `vmstate_hpet`.
 */
import { hex } from '../../finding.js';
import { type BitField, bitField, bits, enumeration, type Names, words } from '../meaning.js';
import { as, elements, type Interpreter, lines, setBits } from './interpretation.js';

const DELIVERY: Names = { 0: 'fixed', 1: 'lowest priority', 2: 'SMI', 4: 'NMI', 5: 'INIT', 6: 'startup', 7: 'ExtINT' };
const VECTOR = bitField(0, 7, 'vector');
const DELIVERY_MODE = bitField(8, 10, '', DELIVERY);
const PINS: readonly BitField[] = [
  bitField(12, 12, '', { 1: 'pending' }),
  bitField(13, 13, '', { 1: 'active low' }),
  bitField(14, 14, '', { 1: 'remote IRR' }),
  bitField(15, 15, '', { 0: 'edge', 1: 'level' }),
  bitField(16, 16, '', { 1: 'MASKED' }),
];
const LVT = bits({}, VECTOR, DELIVERY_MODE, ...PINS);
const LVT_TIMER = bits(
  {},
  VECTOR,
  bitField(12, 12, '', { 1: 'pending' }),
  bitField(16, 16, '', { 1: 'MASKED' }),
  bitField(17, 18, '', { 0: 'one-shot', 1: 'periodic', 2: 'TSC deadline' }),
);
const ICR_LOW = bits(
  {},
  VECTOR,
  DELIVERY_MODE,
  bitField(11, 11, '', { 0: 'physical', 1: 'logical' }),
  bitField(12, 12, '', { 1: 'pending' }),
  bitField(14, 14, '', { 0: 'deassert', 1: 'assert' }),
  bitField(15, 15, '', { 0: 'edge', 1: 'level' }),
  bitField(18, 19, 'to', { 1: 'self', 2: 'all', 3: 'all but self' }),
);
const ERRORS: Names = {
  0: 'send checksum',
  1: 'receive checksum',
  2: 'send accept',
  3: 'receive accept',
  4: 'redirectable IPI',
  5: 'send illegal vector',
  6: 'receive illegal vector',
  7: 'illegal register',
};
const APIC_BASE = bits(
  { 8: 'BSP', 10: 'x2APIC', 11: 'ENABLE' },
  bitField(12, 51, 'base', (page) => hex(page * 0x1000)),
);
const DIVIDE = bits(
  {},
  bitField(0, 3, 'by', { 0: '2', 1: '4', 2: '8', 3: '16', 8: '32', 9: '64', 10: '128', 11: '1' }),
);
const REDIRECTION = bits(
  {},
  VECTOR,
  DELIVERY_MODE,
  bitField(11, 11, '', { 0: 'physical', 1: 'logical' }),
  ...PINS,
  bitField(56, 63, 'to', { 0: '0' }),
);

const HPET_TIMER = bits(
  {
    1: 'LEVEL',
    2: 'ENABLE',
    3: 'PERIODIC',
    4: 'PERIODIC_CAP',
    5: 'SIZE_CAP',
    6: 'SETVAL',
    8: '32BIT',
    14: 'FSB_ENABLE',
    15: 'FSB_CAP',
  },
  bitField(9, 13, 'irq', { 0: '0' }),
  bitField(32, 63, 'irqs', hex),
);

const IRQS = bits(lines('IR', 8));
const PIT_MODE: Names = {
  0: 'interrupt on terminal count',
  1: 'one-shot',
  2: 'rate generator',
  3: 'square wave',
  4: 'software strobe',
  5: 'hardware strobe',
};
const PIT_ACCESS: Names = { 1: 'low byte', 2: 'high byte', 3: 'low, then high' };
const PIT_STATE: Names = { 1: 'low byte', 2: 'high byte', 3: 'word, low byte next', 4: 'word, high byte next' };

export const X86_INTERRUPTS: readonly Interpreter[] = [
  {
    vmsd: 'apic',
    fields: {
      apicbase: as(APIC_BASE),
      spurious_vec: as(bits({ 8: 'ENABLE', 9: 'FOCUS_DISABLE', 12: 'EOI_BROADCAST_DISABLE' }, VECTOR)),
      dest_mode: as(enumeration({ 0: 'cluster', 15: 'flat' })),
      isr: setBits(32),
      tmr: setBits(32),
      irr: setBits(32),
      lvt: {
        ...elements(['timer', 'thermal', 'performance', 'LINT0', 'LINT1', 'error'], LVT),
        meanings: { 0: LVT_TIMER },
      },
      esr: as(bits(ERRORS)),
      icr: {
        labels: { 0: 'low', 1: 'high' },
        meanings: { 0: ICR_LOW, 1: bits({}, bitField(24, 31, 'to', { 0: '0' })) },
      },
      divide_conf: as(DIVIDE),
    },
  },
  {
    vmsd: 'ioapic',
    fields: { irr: as(bits(lines('pin', 24))), ioredtbl: elements(Object.values(lines('pin', 24)), REDIRECTION) },
  },
  {
    vmsd: 'i8259',
    fields: {
      last_irr: as(IRQS),
      irr: as(IRQS),
      imr: as(IRQS),
      isr: as(IRQS),
      elcr: as(IRQS),
      init_state: as(words((state) => (state === 0 ? 'ready' : `waits for ICW${Number(state) + 1}`))),
      read_reg_select: as(enumeration({ 0: 'IRR', 1: 'ISR' })),
    },
  },
  {
    vmsd: 'pit channel',
    fields: {
      mode: as(enumeration(PIT_MODE)),
      rw_mode: as(enumeration(PIT_ACCESS)),
      read_state: as(enumeration(PIT_STATE)),
      write_state: as(enumeration(PIT_STATE)),
      count: as(words((count) => (Number(count) > 0 ? `${(1193182 / Number(count)).toFixed(1)} Hz` : undefined))),
    },
  },
  { vmsd: 'hpet', fields: { config: as(bits({ 0: 'ENABLE', 1: 'LEGACY' })), isr: as(bits(lines('timer', 3))) } },
  { vmsd: 'hpet_timer', fields: { config: as(HPET_TIMER) } },
];
