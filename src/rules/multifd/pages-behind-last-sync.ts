import type { Rule } from '../rule.js';

/** The last sync point makes sure that all pages have been applied before the guest runs. */
export const pagesBehindLastSync: Rule = {
  meta: {
    code: 'MIG315',
    name: 'pages-behind-last-sync',
    family: 'multifd',
    severity: 'error',
    what: 'a multifd channel has pages behind its last SYNC',
    why: 'A destination waits for the channels only at sync points. Pages behind the last one may be applied after the guest has begun to run there, or not at all.',
    fix: 'see that the end of the channel was captured; a source that ends without a sync must not be used',
    cites: [{ function: 'multifd_recv_sync_main', versions: '4.0 and later' }],
    follows: ['truncated', 'sync-count', 'sync-missing-before-postcopy', 'multifd-magic'],
    invariants: ['INV-M096'],
  },
  watch({ facts, report }) {
    const open = new Map<string, { packets: number; offset: number }>();
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          packet({ sync, offset, normalPages, zeroPages }) {
            if (sync) open.delete(name);
            else if (normalPages + zeroPages > 0) {
              const known = open.get(name);
              if (known) known.packets++;
              else open.set(name, { packets: 1, offset });
            }
          },
        };
      },
      end() {
        // For postcopy, sync-missing-before-postcopy judges.
        if (!facts.ended || facts.postcopy) return;
        for (const [channel, { packets, offset }] of open) {
          report({ message: `${packets} packets with pages behind the last SYNC`, channel, offset });
        }
      },
    };
  },
};
