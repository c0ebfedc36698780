import { isVfio } from '../../wire/vfio.js';
import { isIterable } from '../iterable.js';
import type { Rule } from '../rule.js';

/** What is sent in rounds opens with START. */
export const iterableAsFull: Rule = {
  meta: {
    code: 'MIG279',
    name: 'iterable-as-full',
    family: 'sections',
    severity: 'warning',
    what: 'a section that is sent in rounds comes as FULL',
    why: 'A destination loads START and FULL alike, but no source begins the rounds of a section with FULL.',
    fix: 'look for what changed the type byte of the section',
    cites: [{ function: 'qemu_loadvm_section_start_full', versions: 'all' }],
    invariants: ['INV-262'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, idstr, offset }) {
                if (section === 'full' && isIterable(idstr) && !isVfio(idstr))
                  report({
                    message: `${idstr} as FULL`,
                    channel,
                    offset,
                    length: 1,
                    section: idstr,
                    expected: '0x1',
                    found: '0x4',
                  });
              },
            }
          : undefined,
    };
  },
};
