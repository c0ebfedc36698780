import { MIG_CMD_POSTCOPY_LISTEN } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** Multifd channels must be empty when the guest begins to run on the destination: the last sync stands before LISTEN. */
export const syncMissingBeforePostcopy: Rule = {
  meta: {
    code: 'MIG201',
    name: 'sync-missing-before-postcopy',
    family: 'multifd',
    severity: 'error',
    what: 'multifd packets carry pages that no sync point of the main channel precedes the switch to postcopy with',
    why: 'A destination applies multifd packets when they come. Without a sync between them and LISTEN they can still be on their way while the guest runs there, and overwrite what it has written; from 10.1 on a destination aborts.',
    fix: 'the source has to flush multifd before the switch, as save_postcopy_prepare does since 10.1; leave multifd off for postcopy with others',
    cites: [
      {
        function: 'multifd_recv_thread',
        text: "Assertion `!migration_in_postcopy()' failed",
        versions: '10.1 and later',
      },
      { function: 'ram_save_postcopy_prepare', versions: '10.1 and later' },
    ],
    invariants: ['INV-201', 'INV-M054', 'INV-M097'],
  },
  watch({ facts, report }) {
    let listen: { channel: string; offset: number; length: number; syncPoints: number } | undefined;
    /** The last generation of each channel that has pages: its packets, and the first of them. */
    const last = new Map<string, { generation: number; packets: number; offset: number }>();
    return {
      channel({ name, role }) {
        if (role === 'main') {
          return {
            command({ code, offset, length }) {
              if (code === MIG_CMD_POSTCOPY_LISTEN) {
                listen ??= { channel: name, offset, length, syncPoints: facts.syncPoints };
              }
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          packet({ offset, generation, normalPages, zeroPages }) {
            if (normalPages + zeroPages === 0) return;
            const known = last.get(name);
            if (known?.generation === generation) known.packets++;
            else last.set(name, { generation, packets: 1, offset });
          },
        };
      },
      end() {
        if (!listen) return;
        const { syncPoints, ...place } = listen;
        const late = [...last].filter(([, { generation }]) => generation >= syncPoints);
        if (late.length === 0) return;
        report({
          message: `LISTEN while packets with pages are not synced on ${late.length} multifd channels`,
          ...place,
          expected: 'MULTIFD_FLUSH, or EOS on machine types up to 8.0, between the last pages and LISTEN',
          related: late.map(([channel, { packets, offset }]) => ({
            message: `${packets} packets with pages behind the last sync before LISTEN`,
            channel,
            offset,
          })),
        });
      },
    };
  },
};
