import { hex } from '../../finding.js';
import { PAGE_ZERO } from '../../stream/page-batch.js';
import { eachBlock, PageSets } from '../page-sets.js';
import type { Rule } from '../rule.js';

/** Channels are not in order to each other between two sync points, so nothing in a generation may depend on order. */
export const pageTwiceInGeneration: Rule = {
  meta: {
    code: 'MIG313',
    name: 'page-twice-in-generation',
    family: 'multifd',
    severity: 'error',
    what: 'a page comes twice between two sync points, in multifd packets or in one and on the main channel',
    why: 'Between two sync points a destination takes pages of all channels in any order. Which of the two contents a page ends with is left to chance.',
    fix: 'see that the channels are of one migration; a source sends a page again only behind a sync',
    cites: [{ function: 'multifd_recv_sync_main', versions: '4.0 and later' }],
    follows: ['truncated', 'sync-count', 'packet-outside-generation', 'multifd-magic'],
    invariants: ['INV-M043', 'INV-M093', 'INV-M094', 'INV-M095'],
  },
  watch({ facts, report }) {
    const inPackets = new PageSets(false);
    const onMain = new PageSets(false);
    let generation = 0;
    let twice: { channel: string; offset: number; page: string; count: number; where: string } | undefined;
    const tell = (): void => {
      if (!twice) return;
      const { channel, offset, page, count, where } = twice;
      const more = count === 1 ? 'comes' : `and ${count - 1} others come`;
      report({ message: `${page} ${more} twice in generation ${generation}, ${where}`, channel, offset });
      twice = undefined;
    };
    const turnTo = (next: number): void => {
      tell();
      generation = next;
      inPackets.clear();
      onMain.clear();
    };
    const found = (channel: string, offset: number, page: string, where: string): void => {
      twice ??= { channel, offset, page, count: 0, where };
      twice.count++;
    };
    return {
      channel({ name, role }) {
        if (role === 'main') {
          return {
            pages(batch) {
              if (batch.postcopy || !facts.multifd) return;
              // Sync points count from 1 behind the first; packets of generation k stand before sync point k.
              if (facts.syncPoints > generation) turnTo(facts.syncPoints);
              const { address, offset, pageSize, kind } = batch;
              eachBlock(batch, (block, from, to) => {
                const here = onMain.of(block.name);
                const there = inPackets.of(block.name);
                for (let i = from; i < to; i++) {
                  const page = address[i]! / pageSize;
                  here.set(page);
                  if (kind[i] !== PAGE_ZERO || !there.has(page)) continue;
                  found(
                    name,
                    offset[i]!,
                    `page ${hex(address[i]!)} of ${block.name}`,
                    'as a zero page and in a packet',
                  );
                }
              });
            },
          };
        }
        if (role !== 'multifd') return undefined;
        let own = 0;
        /** Pages of the open packet that have been seen. */
        let seen = 0;
        return {
          pages(batch) {
            const first = seen;
            seen += batch.length;
            if (own > generation) turnTo(own);
            if (own < generation) return;
            const { address, offset, pageSize } = batch;
            const pageCount = 0x8_0000 / pageSize;
            // Up to 7.2 the last page of a full packet may be the first of the next one as well.
            const races = !facts.machineSince('8.0');
            eachBlock(batch, (block, from, to) => {
              const here = inPackets.of(block.name);
              const main = onMain.of(block.name);
              const mayBeBoth = !main.isEmpty;
              for (let i = from; i < to; i++) {
                const page = address[i]! / pageSize;
                const again = here.add(page);
                const onBoth = mayBeBoth && main.has(page);
                if (!onBoth && !again) continue;
                const at = first + i;
                if (!onBoth && races && (at === 0 || at === pageCount - 1)) continue;
                const where = onBoth ? 'as a zero page and in a packet' : 'in packets';
                found(name, offset[i]!, `page ${hex(address[i]!)} of ${block.name}`, where);
              }
            });
          },
          packet({ sync }) {
            seen = 0;
            if (sync) own++;
          },
        };
      },
      end: tell,
    };
  },
};
