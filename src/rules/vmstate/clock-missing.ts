import type { Rule } from '../rule.js';

/** The clock of an s390x guest is asked of the host, which can fail. */
export const clockMissing: Rule = {
  meta: {
    code: 'MIG269',
    name: 'clock-missing',
    family: 'vmstate',
    severity: 'warning',
    what: 'the time-of-day clock of the guest was not migrated',
    why: 'A destination says so and goes on; the guest sees its clock jump and may hang.',
    fix: 'look at the source: its host did not give the clock away',
    cites: [
      {
        function: 's390_tod_load',
        text: 'Guest clock was not migrated. This could cause the guest to hang.',
        versions: '2.7 and later',
      },
    ],
    invariants: ['INV-244'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              record({ section, name, offset, length }) {
                if (section === 'todclock' && name === 'MISSING')
                  report({ message: 'todclock says that the clock is missing', channel, offset, length, section });
              },
            }
          : undefined,
    };
  },
};
