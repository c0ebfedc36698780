import { MIG_CMD_OPEN_RETURN_PATH } from '../../wire/command.js';
import type { Rule } from '../rule.js';

export const returnPathTwice: Rule = {
  meta: {
    code: 'MIG228',
    name: 'return-path-twice',
    family: 'commands',
    severity: 'warning',
    what: 'OPEN_RETURN_PATH comes twice',
    why: 'A destination complains and goes on.',
    fix: 'look for what repeats the command: a source writes it once',
    cites: [
      {
        function: 'loadvm_process_command',
        text: 'CMD_OPEN_RETURN_PATH called when RP already open',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-103', 'INV-M191'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let first: number | undefined;
        return {
          command({ code, offset, length }) {
            if (code !== MIG_CMD_OPEN_RETURN_PATH) return;
            if (first === undefined) first = offset;
            else {
              const related = [{ message: 'the first', channel, offset: first }];
              report({ message: 'a second OPEN_RETURN_PATH', channel, offset, length, related });
            }
          },
        };
      },
    };
  },
};
