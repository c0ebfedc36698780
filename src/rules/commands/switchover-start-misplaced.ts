import { MIG_CMD_SWITCHOVER_START } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** Once, when the guest has stopped and before anything ends. */
export const switchoverStartMisplaced: Rule = {
  meta: {
    code: 'MIG238',
    name: 'switchover-start-misplaced',
    family: 'commands',
    severity: 'warning',
    what: 'SWITCHOVER_START comes twice, behind an END, or on a machine type that does not have it',
    why: 'A destination takes it anywhere and prepares its devices for their last state then; what they had before that does not count.',
    fix: 'look for what repeats or moves the command: sources write it once, before the first END',
    cites: [{ function: 'qemu_savevm_maybe_send_switchover_start', versions: '10.0 and later' }],
    invariants: ['INV-128', 'INV-264', 'INV-M124'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let end: number | undefined;
        return {
          'section-start'({ section, offset }) {
            if (section === 'end') end ??= offset;
          },
          command({ code, offset, length }) {
            if (code !== MIG_CMD_SWITCHOVER_START || facts.colo) return;
            const [first] = facts.switchovers;
            const say = (message: string, at?: number): void =>
              report({
                message,
                channel,
                offset,
                length,
                ...(at !== undefined && { related: [{ message: 'the first', channel, offset: at }] }),
              });
            if (first !== offset) say('a second SWITCHOVER_START', first);
            else if (end !== undefined) say('SWITCHOVER_START behind an END', end);
            else if (facts.machineUntil('9.2')) say(`SWITCHOVER_START on machine type ${facts.machine!}`);
          },
        };
      },
    };
  },
};
