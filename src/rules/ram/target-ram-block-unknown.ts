import type { Rule } from '../rule.js';

/** A destination has the blocks of its own memory, devices and option ROMs, and takes pages for no others. */
export const targetRamBlockUnknown: Rule = {
  meta: {
    code: 'MIG416',
    name: 'target-ram-block-unknown',
    family: 'ram',
    severity: 'error',
    what: 'the destination has no RAM block of this name',
    why: 'A destination looks each block of the list up by its name, and gives up where it has none. The ROM and the memory of a device are named after its slot.',
    fix: 'give the destination the same devices in the same slots, with an option ROM on both sides or on none (romfile=), and memory backends of the same ids',
    cites: [{ function: 'parse_ramblocks', text: 'Unknown ramblock "%s", cannot accept migration', versions: 'all' }],
    invariants: [],
  },
  watch({ facts, report }) {
    const known = facts.target.capture?.blocks;
    if (!known || known.size === 0) return {};
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'ram-blocks': ({ blocks, offset, length }) => {
                for (const { name } of blocks) {
                  if (known.has(name)) continue;
                  const message = `block ${name}, which the destination does not have`;
                  report({ message, channel, offset, length, found: name });
                }
              },
            }
          : undefined,
    };
  },
};
