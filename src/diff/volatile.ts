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
    { path: 'timer/cpu_ticks_offset', why: 'the clock of the guest' },
    { path: 'timer/cpu_clock_offset', why: 'the clock of the guest' },
    { path: 'timer/*icount*', why: 'the clock of the guest' },
    { path: 'kvmclock/clock', why: 'the clock of the guest' },
    { path: '*/kvmclock/clock*', why: 'the clock of the guest' },
    { path: 'kvmclock/*', why: 'the clock of the guest' },
    { path: 'cpu/env.tsc', why: 'the time stamp counter' },
    { path: 'cpu#*/env.tsc', why: 'the time stamp counter' },
    { path: 'cpu*/cpu/msr_tsc*', why: 'the time stamp counter' },
    {
      path: 'mc146818rtc/cmos_data',
      // Seconds to year without the alarm's own, update in progress, and the century.
      range: [
        [0x00, 0x00],
        [0x02, 0x02],
        [0x04, 0x04],
        [0x06, 0x0a],
        [0x32, 0x32],
      ],
      why: 'the real-time clock',
    },
    { path: 'mc146818rtc/current_tm.*', why: 'the real-time clock' },
    { path: 'mc146818rtc/base_rtc', why: 'the real-time clock' },
    { path: 'mc146818rtc/last_update', why: 'the real-time clock' },
    { path: 'mc146818rtc/offset', why: 'the real-time clock' },
    { path: 'mc146818rtc/next_alarm_time', why: 'the real-time clock' },
    { path: 'pl031*/tick_offset*', why: 'the real-time clock' },
    { path: 'goldfish_rtc/tick_offset*', why: 'the real-time clock' },
    { path: 'm48t59*/time_offset', why: 'the real-time clock' },
    { path: 'todclock/*', why: 'the time-of-day clock' },
    { path: 'spapr/rtc/ns_offset', why: 'the real-time clock' },
    { path: '*cpu_ppc_tb*/*', why: 'the time base' },
    { path: '*/timebase/*', why: 'the time base' },
    { path: '*pckbd*/*time*', why: 'when timers fire' },
    { path: 'hpet/hpet_counter', why: 'the counter of the HPET' },
    { path: 'hpet/hpet_offset*', why: 'the counter of the HPET' },
    { path: 'hpet/hpet/offset/*', why: 'the counter of the HPET' },
    { path: 'i8254/channels*/count_load_time', why: 'when timers were loaded' },
    { path: 'i8254/channels*/next_transition_time', why: 'when timers fire' },
    { path: 'apic*/initial_count_load_time', why: 'when timers were loaded' },
    { path: 'apic*/next_time', why: 'when timers fire' },
    { path: 'apic*/timer_expiry', why: 'when timers fire' },
    { path: '*/acpi_regs.tmr.overflow_time', why: 'when timers fire' },
    { path: '*/ar.tmr.overflow_time', why: 'when timers fire' },
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
