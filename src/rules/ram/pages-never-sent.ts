import type { RamBlockSummary } from '../../model/ram-model.js';
import type { Facts } from '../facts.js';
import type { Rule } from '../rule.js';

/** The first pass goes over all of memory. */
export const pagesNeverSent: Rule = {
  meta: {
    code: 'MIG245',
    name: 'pages-never-sent',
    family: 'ram',
    severity: 'error',
    what: 'pages of a block that the list declares never come',
    why: 'A destination does not count. Memory that was never sent keeps what the destination has there: zeros, or its own firmware in a ROM.',
    fix: 'sections of RAM are missing, or the list declares more than there is. Pages are rightly left out by x-ignore-shared, cpr-transfer, virtio-mem and free page hints',
    cites: [
      { function: 'ram_load_precopy', versions: 'all' },
      {
        function: 'qemu_ram_resize',
        text: 'Size mismatch: %s: 0x%lx != 0x%lx: Invalid argument',
        versions: 'all, in words that vary',
      },
    ],
    follows: [
      'undeclared-block',
      'truncated',
      'multifd-channel-missing',
      'multifd-block',
      'multifd-payload',
      'packet-number',
      'sync-count',
    ],
    invariants: ['INV-163', 'INV-168', 'INV-157', 'INV-M098'],
  },
  watch({ facts, report }) {
    let end: { channel: string; offset: number } | undefined;
    let hints: string | undefined;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main' || role === 'recovery-main'
          ? {
              'section-start'({ section, idstr, offset }) {
                if (section === 'part') return;
                if (section === 'end' && idstr === 'ram') end ??= { channel, offset };
                if (/virtio-(balloon|mem)/.test(idstr)) hints ??= idstr;
              },
              eof({ offset, packaged }) {
                if (!packaged) end ??= { channel, offset };
              },
            }
          : undefined,
      end({ ram, pageSize }) {
        const page = pageSize?.bytes ?? facts.anyPageSize;
        if (!end || !facts.ended || facts.guessed || page === undefined || !ram.exact) return;
        const shared = facts.capabilities.includes('x-ignore-shared');
        const short = ram.blocks.flatMap((block) => {
          const missing = missingPages(block, page);
          const sent = sentPages(block) > 0;
          return missing > 0 && block.declared && !block.mappedRam && (sent || !shared)
            ? [{ block, missing, sent }]
            : [];
        });
        // What multifd-not-captured tells of.
        const onChannels = facts.flushMode === 'flush' && !facts.multifd;
        if (short.length === 0 || (onChannels && ram.blocks.every(({ pages }) => pages.normal === 0))) return;
        const total = short.reduce((sum, { missing }) => sum + missing, 0);
        const reason = hints === undefined ? elsewhere(facts, ram.blocks) : `${hints} may leave pages out`;
        const names = short
          .slice(0, 4)
          .map(({ block, missing }) => `${block.name} ${missing} of ${Math.ceil(block.usedLength / page)}`);
        const message = `${total} pages never come: ${names.join(', ')}${short.length > 4 ? ', …' : ''}`;
        report({
          message: reason === undefined ? message : `${message} (${reason})`,
          ...end,
          ...(reason !== undefined && { severity: 'info' }),
        });
      },
    };
  },
};

/** Where the pages of a stream that stands alone, or of a migration without any, can be. */
function elsewhere(facts: Facts, blocks: readonly RamBlockSummary[]): string | undefined {
  if (facts.channels.some(({ role }) => role === 'cpr')) return 'memory was handed over by cpr-transfer';
  if (facts.several) return undefined;
  if (facts.postcopy) return 'some may have come on a preempt channel';
  if (blocks.every(({ pages }) => pages.normal === 0))
    return 'they may travel on multifd channels, or be handed over by cpr-transfer';
  return undefined;
}

function sentPages({ pages }: RamBlockSummary): number {
  return pages.normal + pages.zero + pages.xbzrle + pages.compressed;
}

function missingPages(block: RamBlockSummary, page: number): number {
  return Math.ceil(block.usedLength / page) - (sentPages(block) - block.pages.duplicate);
}
