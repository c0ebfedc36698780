import { MIG_CMD_POSTCOPY_RESUME, MIG_CMD_RECV_BITMAP } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** A recovery asks for the bitmap of each block, then resumes, then goes on with pages. */
export const recoveryOrder: Rule = {
  meta: {
    code: 'MIG240',
    name: 'recovery-order',
    family: 'commands',
    severity: 'error',
    what: 'the connection that takes up a postcopy does not ask for every block and resume before it sends pages',
    why: 'Source and destination agree on the pages that are missing block by block; sections before RESUME come to a destination that is still paused, and a block that was not asked for is not complete in the end.',
    fix: 'the beginning of the connection is lost or damaged; recover once more',
    cites: [{ function: 'postcopy_do_resume', versions: '3.0 and later' }],
    invariants: ['INV-211', 'INV-125'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'recovery-main') return undefined;
        const asked = new Set<string>();
        let resumed = false;
        let section = false;
        return {
          command({ code, offset, length, payload: { block } }) {
            if (code === MIG_CMD_RECV_BITMAP && block !== undefined) {
              asked.add(block);
              if (resumed) report({ message: `RECV_BITMAP of ${block} behind RESUME`, channel, offset, length });
              else if (facts.blocks.size > 0 && !facts.blocks.has(block))
                report({ message: `RECV_BITMAP of ${block}, which no list declares`, channel, offset, length });
            }
            if (code !== MIG_CMD_POSTCOPY_RESUME) return;
            resumed = true;
            const left = [...facts.blocks.keys()].filter((name) => !asked.has(name));
            if (left.length > 0)
              report({ message: `RESUME without RECV_BITMAP of ${left.join(', ')}`, channel, offset, length });
          },
          'section-start'({ offset }) {
            if (section) return;
            section = true;
            if (!resumed) report({ message: 'a section before RESUME', channel, offset });
          },
        };
      },
    };
  },
};
