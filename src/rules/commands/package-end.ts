import { MIG_CMD_POSTCOPY_RUN } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** RUN leaves the package; EOF does too, and without either the loader reads past the end. */
export const packageEnd: Rule = {
  meta: {
    code: 'MIG233',
    name: 'package-end',
    family: 'commands',
    severity: 'error',
    what: 'the package does not end with RUN',
    why: 'RUN takes a destination out of the package and starts the guest. Without it the loader reads past the end and gives up; bytes behind it are never read.',
    fix: 'the package is longer or shorter than what it holds: its length, or a section in it, is damaged',
    cites: [
      {
        function: 'qemu_loadvm_state_main',
        text: 'load of migration failed: Input/output error',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-122', 'INV-123'],
  },
  watch({ report }) {
    return {
      supersedes: ({ rule }) => rule === 'packaged-end',
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let ended: 'RUN' | 'EOF' | undefined;
        let broken = false;
        return {
          'packaged-start'() {
            ended = undefined;
            broken = false;
          },
          command({ code, packaged }) {
            if (packaged && code === MIG_CMD_POSTCOPY_RUN) ended = 'RUN';
          },
          eof({ packaged }) {
            if (packaged) ended = 'EOF';
          },
          skipped() {
            broken = true;
          },
          'packaged-end'({ offset, unread }) {
            if (broken) return;
            if (ended === undefined) report({ message: 'the package ends without RUN', channel, offset });
            else if (ended === 'EOF')
              report({
                message: 'the package ends with EOF',
                channel,
                offset,
                severity: 'warning',
                expected: 'POSTCOPY_RUN',
              });
            else if (unread > 0)
              report({
                message: `${unread} bytes of the package behind RUN`,
                channel,
                offset,
                length: unread,
                severity: 'warning',
              });
          },
        };
      },
    };
  },
};
