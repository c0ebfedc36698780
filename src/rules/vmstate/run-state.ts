import type { Rule } from '../rule.js';

/** `RunState` (qapi/run-state.json) of 2.4 to 11.1. */
const RUN_STATES = new Set(
  (
    'debug inmigrate internal-error io-error paused postmigrate prelaunch finish-migrate restore-vm running save-vm ' +
    'shutdown suspended watchdog guest-panicked colo preconfig'
  ).split(' '),
);

/** The state that the guest is to be put into. */
export const runState: Rule = {
  meta: {
    code: 'MIG268',
    name: 'run-state',
    family: 'vmstate',
    severity: 'error',
    what: 'globalstate names a run state that no QEMU has, or with a length that is not its own',
    why: 'A destination that does not know the state gives up. The length it does not look at.',
    fix: 'the section is damaged',
    cites: [
      {
        function: 'global_state_post_load',
        text: "invalid parameter value: '%s'",
        versions: '2.4 and later, in words that vary',
      },
    ],
    invariants: ['INV-088', 'INV-089'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              record({ section, offset, length, fields: { runstate, size } }) {
                if (section !== 'globalstate' || typeof runstate !== 'string' || typeof size !== 'number') return;
                const at = { channel, offset, length, section };
                if (!RUN_STATES.has(runstate)) report({ message: `run state ${runstate}`, ...at, found: runstate });
                else if (size !== runstate.length + 1) {
                  const message = `run state ${runstate} with a length of ${size}`;
                  report({ message, ...at, expected: `${runstate.length + 1}`, found: `${size}`, severity: 'warning' });
                }
              },
            }
          : undefined,
    };
  },
};
