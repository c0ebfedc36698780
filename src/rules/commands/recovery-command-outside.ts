import { commandName, MIG_CMD_POSTCOPY_RESUME, MIG_CMD_RECV_BITMAP } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** RECV_BITMAP and RESUME belong to a connection that takes up a broken postcopy. */
export const recoveryCommandOutside: Rule = {
  meta: {
    code: 'MIG239',
    name: 'recovery-command-outside',
    family: 'commands',
    severity: 'warning',
    what: 'a command of recovery stands in a stream that recovers nothing',
    why: 'A destination that is not in recovery says so and goes on.',
    fix: 'look for what put it there: a connection that takes up a broken postcopy has no header',
    cites: [
      {
        function: 'loadvm_postcopy_handle_resume',
        text: 'loadvm_postcopy_handle_resume: illegal resume received',
        versions: '3.0 and later',
      },
      {
        function: 'migrate_send_rp_recv_bitmap',
        text: 'migrate_send_rp_recv_bitmap: MSG_RP_RECV_BITMAP only used for recovery',
        versions: '3.0 and later',
      },
    ],
    invariants: ['INV-124', 'INV-126'],
  },
  watch({ report }) {
    const [resume, bitmap] = recoveryCommandOutside.meta.cites;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command({ code, offset, length }) {
                if (code !== MIG_CMD_POSTCOPY_RESUME && code !== MIG_CMD_RECV_BITMAP) return;
                const cite = code === MIG_CMD_RECV_BITMAP ? bitmap! : resume!;
                report({ message: `${commandName(code)} outside of recovery`, channel, offset, length, cite });
              },
            }
          : undefined,
    };
  },
};
