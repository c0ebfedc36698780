import type { Rule } from '../rule.js';

/** A background snapshot sends each page before the guest may write to it, once. */
export const backgroundSnapshotTwice: Rule = {
  meta: {
    code: 'MIG254',
    name: 'background-snapshot-twice',
    family: 'ram',
    severity: 'warning',
    what: 'pages of a background snapshot come twice',
    why: 'The first is the memory of the moment at which the snapshot was taken; a later one overwrites it with what the guest wrote afterwards.',
    fix: 'look for what repeats the pages',
    cites: [{ function: 'bg_migration_thread', versions: '6.0 and later' }],
    invariants: ['INV-274'],
  },
  watch({ facts, report }) {
    let eof: { channel: string; offset: number } | undefined;
    let commands = 0;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command: () => void commands++,
              eof: ({ offset }) => {
                eof ??= { channel, offset };
              },
            }
          : undefined,
      end({ ram }) {
        if (!eof || facts.ramEnded || !facts.ramPart || commands > 0 || facts.fulls.length === 0) return;
        const twice = ram.blocks.filter(({ pages }) => pages.duplicate > 0);
        if (twice.length === 0) return;
        const names = twice.map(({ name, pages }) => `${name} ${pages.duplicate}`).join(', ');
        report({ message: `pages of a background snapshot that come twice: ${names}`, ...eof });
      },
    };
  },
};
