import {
  MIG_CMD_POSTCOPY_ADVISE,
  MIG_CMD_POSTCOPY_LISTEN,
  MIG_CMD_POSTCOPY_RAM_DISCARD,
  MIG_CMD_POSTCOPY_RUN,
} from '../../wire/command.js';
import { POSTCOPY_ADVISE, POSTCOPY_DISCARD, POSTCOPY_LISTENING, POSTCOPY_NONE } from '../facts.js';
import type { Citation, Rule } from '../rule.js';

const NAMES = ['NONE', 'ADVISE', 'DISCARD', 'LISTENING', 'RUNNING'];

/** The states in which a destination takes each command, and what it says in others. */
const STEPS: ReadonlyMap<
  number,
  { readonly name: string; readonly states: readonly number[]; readonly cite: Citation }
> = new Map(
  (
    [
      [MIG_CMD_POSTCOPY_ADVISE, 'ADVISE', [POSTCOPY_NONE], 'loadvm_postcopy_handle_advise'],
      [
        MIG_CMD_POSTCOPY_RAM_DISCARD,
        'RAM_DISCARD',
        [POSTCOPY_ADVISE, POSTCOPY_DISCARD],
        'loadvm_postcopy_ram_handle_discard',
      ],
      [MIG_CMD_POSTCOPY_LISTEN, 'LISTEN', [POSTCOPY_ADVISE, POSTCOPY_DISCARD], 'loadvm_postcopy_handle_listen'],
      [MIG_CMD_POSTCOPY_RUN, 'RUN', [POSTCOPY_LISTENING], 'loadvm_postcopy_handle_run'],
    ] as const
  ).map(([code, name, states, fn]) => [
    code,
    {
      name,
      states,
      cite: { function: fn, text: `CMD_POSTCOPY_${name} in wrong postcopy state (%d)`, versions: '2.5 and later' },
    },
  ]),
);

/** ADVISE, DISCARD, LISTEN and RUN lead a destination through its states. */
export const postcopyOrder: Rule = {
  meta: {
    code: 'MIG229',
    name: 'postcopy-order',
    family: 'commands',
    severity: 'error',
    what: 'a command of postcopy comes in a state in which a destination refuses it',
    why: 'A destination goes from ADVISE over DISCARD to LISTEN and RUN, and gives up at a command that does not fit.',
    fix: 'look for the command that is missing, or that was put in twice; all four come once, but DISCARD as often as needed',
    cites: [...STEPS.values()].map(({ cite }) => cite),
    invariants: ['INV-105', 'INV-111', 'INV-116', 'INV-118', 'INV-109', 'INV-M156'],
  },
  watch({ facts, report }) {
    let state = POSTCOPY_NONE;
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        return {
          command({ code, offset, length }) {
            const step = STEPS.get(code);
            if (step && !step.states.includes(state)) {
              report({
                message: `POSTCOPY_${step.name} in state ${NAMES[state]!} (${state})`,
                channel,
                offset,
                length,
                cite: step.cite,
                expected: step.states.map((one) => `${NAMES[one]!} (${one})`).join(' or '),
                found: `${NAMES[state]!} (${state})`,
              });
            }
            state = facts.postcopyState;
          },
        };
      },
    };
  },
};
