import type { Rule } from '../rule.js';

/** The description behind EOF is only drained. */
export const vmdescCut: Rule = {
  meta: {
    code: 'MIG203',
    name: 'vmdesc-cut',
    family: 'framing',
    severity: 'warning',
    what: 'the input ends inside the vmdesc, or before the length that it states',
    why: 'A destination only steps over the vmdesc, so that a cut one costs nothing but the description of the device state. From a connection that stays open it waits for the rest.',
    fix: 'the state itself is whole; to have the description, save the stream again',
    cites: [{ function: 'qemu_loadvm_state', versions: '2.3 and later' }],
    follows: ['destination-failed'],
    invariants: ['INV-055'],
  },
  watch({ facts, report }) {
    const isCut = (rule: string): boolean => rule === 'truncated' && facts.ended && !facts.colo;
    return {
      supersedes: ({ rule }) => isCut(rule),
      channel: ({ name, role }) =>
        role === 'main'
          ? {
              problem({ offset, finding: { rule, message } }) {
                if (isCut(rule)) report({ message, channel: name, offset });
              },
            }
          : undefined,
    };
  },
};
