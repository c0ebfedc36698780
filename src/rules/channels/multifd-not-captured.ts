import { PAGE_ZERO } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** A main channel whose pages went elsewhere. */
export const multifdNotCaptured: Rule = {
  meta: {
    code: 'MIG301',
    name: 'multifd-not-captured',
    family: 'channels',
    severity: 'info',
    what: 'the main channel is of a migration with multifd, and no multifd channel is there to be judged',
    why: 'With multifd the pages are on channels of their own. What is on them, and whether they are in step with the main channel, was not judged.',
    fix: 'give the directory with all channels, or name them with --channel',
    cites: [{ function: 'multifd_recv_sync_main', versions: '4.0 and later' }],
    follows: ['ram-flags'],
    invariants: ['INV-M007'],
  },
  watch({ facts, report }) {
    let pages = false;
    let flush: { channel: string; offset: number } | undefined;
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        return {
          pages({ kinds }) {
            if ((kinds & ~(1 << PAGE_ZERO)) !== 0) pages = true;
          },
          'ram-mark': ({ name: mark, offset }) => {
            if (mark === 'MULTIFD_FLUSH') flush ??= { channel: name, offset };
          },
        };
      },
      end() {
        // 8.1 says MULTIFD_FLUSH without multifd, too: then the pages are here.
        if (!flush || facts.multifd || pages) return;
        report({
          message: 'MULTIFD_FLUSH and no pages: they went through multifd channels, which are not here',
          ...flush,
        });
      },
    };
  },
};
