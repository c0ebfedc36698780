/**
 * What differs between any two saves of one guest, or two transports of one save: clocks and what is counted from them. It is left out unless
 * everything is asked for, and counted.
 */

export interface VolatileRule {
  /** A glob over the path of a field with its section in front: `timer/cpu_clock_offset`. */
  readonly path: string;
  /** Only fields of this type. */
  readonly type?: string;
  /** Only these bytes of a buffer or elements of an array, as `[first, last]`. */
  readonly range?: readonly (readonly [number, number])[];
  readonly why: string;
}

/** Sets of rules by name. `clocks` is the default. */
export const VOLATILE_PROFILES = {
  clocks: [
    { path: '*', type: 'timer', why: 'when timers fire' },
    { path: 'timer/cpu_*_offset', why: 'the clock of the guest' },
    { path: 'timer/timer/icount*', why: 'the clock of the guest' },
    { path: 'kvmclock/*', why: 'the clock of the guest' },
    { path: 'cpu/env.tsc', why: 'the time stamp counter' },
    {
      path: 'mc146818rtc/cmos_data',
      // Seconds, minutes, hours, the date, update in progress, what has come since register C was read, the century; not the alarm.
      range: [
        [0x00, 0x00],
        [0x02, 0x02],
        [0x04, 0x04],
        [0x06, 0x0a],
        [0x0c, 0x0c],
        [0x32, 0x32],
      ],
      why: 'the real-time clock',
    },
    { path: 'mc146818rtc/base_rtc', why: 'the real-time clock' },
    { path: 'mc146818rtc/last_update', why: 'the real-time clock' },
    { path: 'mc146818rtc/offset', why: 'the real-time clock' },
    { path: 'mc146818rtc/next_*_time', why: 'the real-time clock' },
    { path: 'pl031/tick_offset*', why: 'the real-time clock' },
    { path: 'goldfish_rtc/tick_offset*', why: 'the real-time clock' },
    { path: 'todclock/*', why: 'the time-of-day clock' },
    { path: 'spapr/rtc/ns_offset', why: 'the real-time clock' },
    { path: '*/guest_timebase', why: 'the time base' },
    { path: '*/time_of_the_day_ns', why: 'the time base' },
    { path: 'hpet/hpet_counter', why: 'the counter of the HPET' },
    { path: 'hpet/hpet_offset', why: 'the counter of the HPET' },
    { path: 'i8254/channels*count_load_time', why: 'when timers were loaded' },
    { path: 'i8254/channels*next_transition_time', why: 'when timers fire' },
    { path: 'apic/initial_count_load_time', why: 'when timers were loaded' },
    { path: 'apic/next_time', why: 'when timers fire' },
    { path: 'apic/*timer_expiry', why: 'when timers fire' },
    { path: '*tmr.overflow_time', why: 'when timers fire' },
  ],
  /** A guest that was migrated and came back, before it ran on: what loading and saving again changes besides clocks. */
  'ping-pong': [
    { path: 'globalstate/*', why: 'whether the guest ran when it was saved' },
    { path: '*/virtio/started', why: 'set again by the driver' },
    { path: 'cpu_common*/interrupt_request', why: 'raised again behind the load' },
    { path: 'slirp/*', why: 'the connections of the host' },
  ],
} as const satisfies Record<string, readonly VolatileRule[]>;

export type VolatileProfile = keyof typeof VOLATILE_PROFILES;

export const VOLATILE_PROFILE_NAMES = Object.keys(VOLATILE_PROFILES) as VolatileProfile[];
