import type { Rule } from '../rule.js';

/** Machine types up to 7.2 close the channel with EOS; later ones just close it. */
export const preemptEndMark: Rule = {
  meta: {
    code: 'MIG304',
    name: 'preempt-end-mark',
    family: 'channels',
    severity: 'warning',
    what: 'a preempt channel ends in another way than its machine type does',
    why: 'Machine types up to 7.2 end the channel with EOS, so that one without was not read to its end. Later ones never write EOS: a destination then stops to read, and pages that follow never arrive.',
    fix: 'see that the end of the channel was captured',
    cites: [{ function: 'postcopy_preempt_shutdown_file', versions: '7.1 and later' }],
    follows: ['truncated', 'trailing-bytes'],
    invariants: ['INV-M148'],
  },
  watch({ facts, report }) {
    const open: { channel: string; offset: number; eos: boolean }[] = [];
    return {
      channel({ name, role }) {
        if (role !== 'preempt') return undefined;
        const state = { channel: name, offset: 0, eos: false };
        open.push(state);
        return {
          'ram-mark': ({ name: mark, offset }) => {
            if (mark !== 'EOS') return;
            state.eos = true;
            state.offset = offset;
          },
          end({ offset }) {
            if (!state.eos) state.offset = offset;
          },
        };
      },
      end() {
        // A channel that a recovery replaced was lost, not closed.
        const last = open.at(-1);
        if (!last || !facts.ended || facts.machineVersion === undefined) return;
        const { eos, ...place } = last;
        if (eos && facts.machineSince('8.0')) report({ message: `EOS, with machine type ${facts.machine}`, ...place });
        else if (!eos && facts.machineUntil('7.2'))
          report({ message: `no EOS, with machine type ${facts.machine}`, ...place });
      },
    };
  },
};
