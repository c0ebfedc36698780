import { MIG_CMD_PACKAGED, MIG_CMD_PING } from '../../wire/command.js';
import type { Rule } from '../rule.js';

const PING_BEFORE = 2;
const PING_BEHIND = 4;

/** The PINGs by which a source follows the switch. */
export const switchOrder: Rule = {
  meta: {
    code: 'MIG242',
    name: 'switch-order',
    family: 'commands',
    severity: 'warning',
    what: 'the PINGs around the package are missing or elsewhere',
    why: 'A source follows the switch by their answers: 2 before the package, 4 behind it. A destination does not depend on them.',
    fix: 'look for what changed the order of the commands',
    cites: [{ function: 'postcopy_start', versions: '2.5 and later' }],
    invariants: ['INV-130', 'INV-131'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let last: number | undefined;
        let behind: number | undefined;
        const say = (offset: number, message: string): void => report({ message, channel, offset });
        const leave = (offset: number): void => {
          if (behind === undefined) return;
          say(offset, `no PING ${PING_BEHIND} behind the package`);
          behind = undefined;
        };
        return {
          'section-start'({ offset, packaged }) {
            if (packaged) return;
            last = undefined;
            leave(offset);
          },
          command({ code, offset, packaged, payload: { value } }) {
            if (packaged) return;
            if (code === MIG_CMD_PACKAGED && facts.postcopyRam && last !== PING_BEFORE)
              say(offset, `no PING ${PING_BEFORE} before the package`);
            if (code === MIG_CMD_PING && value === PING_BEHIND) behind = undefined;
            else if (code !== MIG_CMD_PACKAGED) leave(offset);
            last = code === MIG_CMD_PING ? value : undefined;
          },
          'packaged-end'({ offset }) {
            if (facts.postcopy && facts.postcopyRam) behind = offset;
          },
          eof: ({ offset, packaged }) => {
            if (!packaged) leave(offset);
          },
        };
      },
    };
  },
};
