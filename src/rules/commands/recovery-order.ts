import { MIG_CMD_POSTCOPY_RESUME, MIG_CMD_RECV_BITMAP } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** A recovery asks for the bitmaps of all blocks, says RESUME, and goes on with sections. */
export const recoveryOrder: Rule = {
  meta: {
    code: 'MIG380',
    name: 'recovery-order',
    family: 'commands',
    severity: 'error',
    what: 'a recovered connection does not begin with RECV_BITMAP for each block, then RESUME',
    why: 'A destination that is paused reads the new connection from its first byte. Until RESUME it does not go on with postcopy, and a source that has not asked for a bitmap does not know which pages of the block were lost.',
    fix: 'see that the beginning of the connection was captured; save what can be saved from the guest on the destination',
    cites: [
      {
        function: 'loadvm_postcopy_handle_resume',
        text: '%s: illegal resume received',
        versions: '3.0 and later',
      },
      { function: 'ram_resume_prepare', versions: '3.0 and later' },
    ],
    follows: ['truncated', 'unknown-section-type', 'unknown-command'],
    invariants: ['INV-M152', 'INV-M011'],
  },
  watch({ facts, report }) {
    return {
      channel({ name, role }) {
        if (role !== 'recovery-main') return undefined;
        const asked = new Set<string>();
        let resumed = false;
        let reported = false;
        const wrong = (message: string, offset: number, expected: string): void => {
          if (reported) return;
          reported = true;
          report({ message, channel: name, offset, expected });
        };
        return {
          command({ code, name: command, offset, payload }) {
            if (code === MIG_CMD_RECV_BITMAP && !resumed) asked.add(payload.block ?? '');
            else if (code === MIG_CMD_POSTCOPY_RESUME && !resumed) {
              resumed = true;
              const left = [...facts.blocks.keys()].filter((block) => !asked.has(block));
              if (left.length > 0)
                wrong(`RESUME without RECV_BITMAP for ${left.join(', ')}`, offset, 'RECV_BITMAP for each block');
            } else if (code === MIG_CMD_RECV_BITMAP || code === MIG_CMD_POSTCOPY_RESUME) {
              wrong(`${command} behind RESUME`, offset, 'sections');
            } else if (!resumed) wrong(`${command} before RESUME`, offset, 'RECV_BITMAP or RESUME');
          },
          'section-start': ({ section, idstr, offset }) => {
            if (!resumed) wrong(`${section.toUpperCase()} of ${idstr} before RESUME`, offset, 'RECV_BITMAP or RESUME');
          },
        };
      },
    };
  },
};
