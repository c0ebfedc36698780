import type { Rule } from '../rule.js';

/** A stream can say its page size in four places; they all come from one variable of the source. */
export const pageSizeContradiction: Rule = {
  meta: {
    code: 'MIG209',
    name: 'page-size-contradiction',
    family: 'configuration',
    severity: 'error',
    what: 'two places of the stream state different target page sizes',
    why: 'A destination compares the page size of the configuration section and of POSTCOPY_ADVISE with its own; with a wrong one the RAM records cannot be told apart.',
    fix: 'one of the two places is damaged; the size under which the pages fit together is the right one',
    cites: [
      {
        function: 'configuration_post_load',
        text: 'Received TARGET_PAGE_BITS is %d but local is %d',
        versions: '2.9 and later',
      },
      {
        function: 'loadvm_postcopy_handle_advise',
        text: 'Postcopy needs matching target page sizes (s=%d d=%zd)',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-014', 'INV-108', 'INV-182'],
  },
  watch({ report }) {
    const stated: { size: number; where: string; channel: string; offset: number }[] = [];
    const state = (channel: string, size: number | undefined, where: string, offset: number): void => {
      if (size !== undefined && stated.every((other) => other.where !== where))
        stated.push({ size, where, channel, offset });
    };
    return {
      channel: ({ name, role }) =>
        role === 'main'
          ? {
              configuration: ({ pageBits, offset }) =>
                state(name, pageBits === undefined ? undefined : 2 ** pageBits, 'the configuration section', offset),
              command: ({ payload, offset }) => state(name, payload.targetPageSize, 'POSTCOPY_ADVISE', offset),
              'ram-blocks': ({ blocks, offset }) =>
                state(
                  name,
                  blocks.find(({ mappedRam }) => mappedRam)?.mappedRam?.pageSize,
                  'the mapped-ram header',
                  offset,
                ),
              vmdesc: ({ description, offset }) => state(name, description?.pageSize, 'the vmdesc', offset),
            }
          : undefined,
      end() {
        const last = stated.at(-1);
        const odd = last && stated.find(({ size }) => size !== last.size);
        if (!last || !odd) return;
        report({
          message: `a target page size of 0x${odd.size.toString(16)} in ${odd.where}, of 0x${last.size.toString(16)} in ${last.where}`,
          channel: odd.channel,
          offset: odd.offset,
          expected: `0x${last.size.toString(16)}`,
          found: `0x${odd.size.toString(16)}`,
          related: [{ message: last.where, channel: last.channel, offset: last.offset }],
        });
      },
    };
  },
};
