import type { Rule } from '../rule.js';

const ORDER = ['target-page-bits', 'capabilities', 'uuid'].map((name) => `configuration/${name}`);

/** Subsections come in the order of `vmstate_configuration`, each once. */
export const configurationOrder: Rule = {
  meta: {
    code: 'MIG208',
    name: 'configuration-order',
    family: 'configuration',
    severity: 'warning',
    what: 'subsections of the configuration section come twice or in another order than sources write them',
    why: 'A destination takes them in any order, and the last of two wins.',
    fix: 'look for what wrote the stream: it was not an unmodified QEMU',
    cites: [{ function: 'vmstate_subsection_load', versions: 'all' }],
    invariants: ['INV-020'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              configuration({ subsections }) {
                let last = -1;
                for (const { name, offset } of subsections) {
                  const place = ORDER.indexOf(name);
                  if (place < 0) continue;
                  if (place <= last) {
                    const message = place === last ? `${name} a second time` : `${name} behind ${ORDER[last]!}`;
                    report({ message, channel, offset, path: 'configuration' });
                  }
                  last = Math.max(last, place);
                }
              },
            }
          : undefined,
    };
  },
};
