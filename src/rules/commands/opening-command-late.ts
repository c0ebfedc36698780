import {
  commandName,
  MIG_CMD_ENABLE_COLO,
  MIG_CMD_OPEN_RETURN_PATH,
  MIG_CMD_POSTCOPY_ADVISE,
} from '../../wire/command.js';
import type { Rule } from '../rule.js';

const ORDER = [MIG_CMD_OPEN_RETURN_PATH, MIG_CMD_POSTCOPY_ADVISE, MIG_CMD_ENABLE_COLO];

/** What the destination has to know comes before the first section. */
export const openingCommandLate: Rule = {
  meta: {
    code: 'MIG227',
    name: 'opening-command-late',
    family: 'commands',
    severity: 'warning',
    what: 'a command of the opening stands behind the first section, or in another order than sources write it',
    why: 'A destination takes it where it stands. Behind the block list ADVISE is too late to say that page sizes stand in it.',
    fix: 'look for what changed the order: sources write OPEN_RETURN_PATH, PING, ADVISE and ENABLE_COLO before the first section',
    cites: [{ function: 'migration_thread', versions: '2.5 and later' }],
    invariants: ['INV-109', 'INV-110', 'INV-260'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let section: number | undefined;
        let last = -1;
        return {
          'section-start'({ offset }) {
            section ??= offset;
          },
          command({ code, offset, length }) {
            const place = ORDER.indexOf(code);
            if (place < 0) return;
            const name = commandName(code);
            if (section !== undefined) {
              const related = [{ message: 'the first section', channel, offset: section }];
              report({ message: `${name} behind the first section`, channel, offset, length, related });
            } else if (place < last) {
              report({ message: `${name} behind ${commandName(ORDER[last]!)}`, channel, offset, length });
            }
            last = Math.max(last, place);
          },
        };
      },
    };
  },
};
