import type { Rule } from '../rule.js';

/** Sync points and SYNC packets whose places are remembered; a capture has a few hundred. */
const MAX_PLACES = 1 << 16;

interface Syncs {
  count: number;
  readonly offsets: number[];
  /** Where the channel ends. */
  end: number;
  /** The last generation that has pages. */
  lastPages: number;
}

/** `multifd_recv_sync_main` waits for one SYNC of every channel at each sync point, and every channel waits behind its SYNC for that. */
export const syncCount: Rule = {
  meta: {
    code: 'MIG310',
    name: 'sync-count',
    family: 'multifd',
    severity: 'error',
    what: 'a multifd channel has more or fewer SYNC packets than the main channel has sync points',
    why: 'At each sync point a destination waits for one SYNC packet of every channel, and a channel waits behind its SYNC until then. With one too few the destination hangs; with one too many it takes pages in the wrong order, or the channel waits for ever.',
    fix: 'see that no channel was cut or mixed up, that both sides agree on multifd-flush-after-each-section, which machine types up to 8.0 have on, and that the destination is not older than the source',
    cites: [{ function: 'multifd_recv_sync_main', versions: '4.0 and later' }],
    follows: ['truncated', 'multifd-magic', 'multifd-version', 'multifd-page-count', 'multifd-method'],
    invariants: ['INV-M080', 'INV-M081', 'INV-M082', 'INV-M083', 'INV-M084'],
  },
  watch({ facts, report }) {
    const main = { name: '', offsets: [] as number[], end: 0, marks: 0 };
    const channels = new Map<string, Syncs>();
    /** Sync points before the switch to postcopy: since 10.1 there are none behind it. */
    let beforeSwitch: number | undefined;
    const bounds = (): readonly [number, number] => {
      const points = facts.syncPoints;
      // What the source still wanted to send when it stopped.
      if (!facts.ended) return [0, points + 1];
      // 9.1 and 9.2 sync in RAM's END without a word on the main channel.
      if (facts.flushMode === 'flush') return [points, facts.machineSince('10.0') ? points : points + 1];
      return [beforeSwitch ?? points, points];
    };
    return {
      channel({ name, role }) {
        if (role === 'main') {
          main.name = name;
          return {
            'ram-mark': ({ offset, name: mark }) => {
              if (mark === 'EOS') main.marks++;
              if (facts.syncPoints > main.offsets.length && main.offsets.length < MAX_PLACES) main.offsets.push(offset);
            },
            'packaged-start': () => {
              beforeSwitch ??= facts.syncPoints;
            },
            end: ({ offset }) => {
              main.end = offset;
            },
          };
        }
        if (role !== 'multifd') return undefined;
        const syncs: Syncs = { count: 0, offsets: [], end: 0, lastPages: -1 };
        channels.set(name, syncs);
        return {
          packet({ sync, offset, normalPages, zeroPages }) {
            if (normalPages + zeroPages > 0) syncs.lastPages = syncs.count;
            if (!sync) return;
            syncs.count++;
            if (syncs.offsets.length < MAX_PLACES) syncs.offsets.push(offset);
          },
          end({ offset }) {
            syncs.end = offset;
          },
        };
      },
      end() {
        if (main.name === '' || channels.size === 0) return;
        const [least, most] = bounds();
        const points = `${facts.syncPoints} sync points`;
        const counts = new Set([...channels.values()].map(({ count }) => count));
        const [count = 0] = counts;
        if (counts.size === 1 && (count < least || count > most)) {
          const modes = facts.flushMode === 'flush' && count === main.marks;
          report({
            message: `${points} on the main channel, ${count} SYNC packets on each multifd channel${modes ? ', as many as EOS' : ''}`,
            channel: main.name,
            offset: main.offsets[count] ?? main.end,
            expected: `${least}${most > least ? ` to ${most}` : ''} SYNC packets`,
            found: `${count}`,
          });
          return;
        }
        for (const [channel, syncs] of channels) {
          const tooFew = syncs.count < least;
          if (!tooFew && syncs.count <= most) continue;
          const point = main.offsets[Math.min(syncs.count, facts.syncPoints - 1)];
          report({
            message: `${syncs.count} SYNC packets, ${points} on the main channel`,
            channel,
            offset: tooFew ? syncs.end : (syncs.offsets[most] ?? syncs.end),
            expected: `${least}${most > least ? ` to ${most}` : ''}`,
            found: `${syncs.count}`,
            // Behind all pages a channel may wait for ever.
            ...(!tooFew && syncs.lastPages < most && { severity: 'warning' }),
            related:
              point === undefined
                ? []
                : [
                    {
                      message: tooFew ? 'the sync point that it has no SYNC for' : 'the last sync point',
                      channel: main.name,
                      offset: point,
                    },
                  ],
          });
        }
      },
    };
  },
};
