/**
 * Clocks with a calendar: mc146818rtc with its CMOS memory, PL031, kvmclock. Sources: data sheet of the MC146818, the map of the CMOS that
 * SeaBIOS and `pc_cmos_init` (hw/i386/pc.c) use.
 */
import { hex } from '../../finding.js';
import { bits, bitField, namesOf, type Names, words } from '../meaning.js';
import { as, buffer, dateOf, type Interpreter } from './interpretation.js';

const CMOS_NAMES: Names = {
  0x00: 'seconds',
  0x01: 'alarm seconds',
  0x02: 'minutes',
  0x03: 'alarm minutes',
  0x04: 'hours',
  0x05: 'alarm hours',
  0x06: 'weekday',
  0x07: 'day',
  0x08: 'month',
  0x09: 'year',
  0x0a: 'register A',
  0x0b: 'register B',
  0x0c: 'register C',
  0x0d: 'register D',
  0x0e: 'diagnostic status',
  0x0f: 'shutdown status',
  0x10: 'floppies',
  0x12: 'disks',
  0x14: 'equipment',
  0x32: 'century',
};
const REGISTER_A = bits({ 7: 'UIP' }, bitField(0, 3, 'rate'), bitField(4, 6, 'divider', { 2: '32768 Hz' }));
const REGISTER_B = bits({ 0: 'DSE', 1: '24H', 2: 'BINARY', 3: 'SQWE', 4: 'UIE', 5: 'AIE', 6: 'PIE', 7: 'SET' });
const REGISTER_C = bits({ 4: 'UF', 5: 'AF', 6: 'PF', 7: 'IRQF' });
const REGISTER_D = bits({ 7: 'VRT' });
const BINARY = 4;
const HOURS_24 = 2;

const NANOSECONDS = 1e9;
/** Before that, the clock of the RTC counts from the start of the guest and not from 1970. */
const FIRST_DATE = 1_000_000_000n * 1_000_000_000n;
const dateOfNanoseconds = words((ns) => (BigInt(ns) >= FIRST_DATE ? dateOf(Number(ns) / NANOSECONDS) : undefined));

function cmos(memory: Uint8Array): string[] {
  const [a, b, c, d] = [0x0a, 0x0b, 0x0c, 0x0d].map((at) => memory[at] ?? 0) as [number, number, number, number];
  const word = (at: number): number => (memory[at] ?? 0) | ((memory[at + 1] ?? 0) << 8);
  const said = [`calendar ${calendar(memory, b)}`];
  for (const [name, value, meaning] of [
    ['A', a, REGISTER_A],
    ['B', b, REGISTER_B],
    ['C', c, REGISTER_C],
    ['D', d, REGISTER_D],
  ] as const)
    said.push([`register ${name} ${hex(value)}`, ...namesOf(meaning, value)].join(' '));
  said.push(`memory ${word(0x15)} KiB, ${word(0x30)} KiB from 1 MiB, ${word(0x34) * 64} KiB from 16 MiB`);
  const above = word(0x5b) + (memory[0x5d] ?? 0) * 0x1_0000;
  if (above > 0) said.push(`memory ${above * 64} KiB from 4 GiB`);
  return said;
}

function calendar(memory: Uint8Array, b: number): string {
  const value = (at: number): number => {
    const byte = memory[at] ?? 0;
    return b & BINARY ? byte : (byte >> 4) * 10 + (byte & 15);
  };
  const hourByte = memory[0x04] ?? 0;
  const evening = (b & HOURS_24) === 0 && hourByte & 0x80 ? ' pm' : '';
  const hours =
    b & HOURS_24 ? value(0x04) : b & BINARY ? hourByte & 0x7f : ((hourByte >> 4) & 7) * 10 + (hourByte & 15);
  const two = (number: number): string => `${number}`.padStart(2, '0');
  const date = `${value(0x32) * 100 + value(0x09)}-${two(value(0x08))}-${two(value(0x07))}`;
  return `${date} ${two(hours)}:${two(value(0x02))}:${two(value(0x00))}${evening}`;
}

export const RTC: readonly Interpreter[] = [
  {
    vmsd: 'mc146818rtc',
    fields: {
      cmos_data: buffer(cmos),
      cmos_index: as(words((index) => CMOS_NAMES[Number(index) & 0x7f])),
      base_rtc: as(words((seconds) => dateOf(Number(seconds)))),
      last_update: as(dateOfNanoseconds),
      next_alarm_time: as(dateOfNanoseconds),
    },
  },
  { vmsd: 'pl031', fields: { tick_offset_vmstate: as(words((seconds) => dateOf(Number(seconds)))) } },
  { vmsd: 'timebase', fields: { time_of_the_day_ns: as(dateOfNanoseconds) } },
  {
    vmsd: 'kvmclock',
    fields: { clock: as(words((ns) => `${(Number(ns) / NANOSECONDS).toFixed(3)} s of guest time`)) },
  },
];
