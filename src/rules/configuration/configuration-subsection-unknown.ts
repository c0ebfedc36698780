import type { Rule } from '../rule.js';

const KNOWN = new Set(['target-page-bits', 'capabilities', 'uuid'].map((name) => `configuration/${name}`));

/** The section has three subsections in all releases. */
export const configurationSubsectionUnknown: Rule = {
  meta: {
    code: 'MIG278',
    name: 'configuration-subsection-unknown',
    family: 'configuration',
    severity: 'error',
    what: 'the configuration section has a subsection that no release knows',
    why: 'A destination finds subsections by name and gives up at one that it does not know.',
    fix: 'the name is damaged, or the source is no unmodified QEMU',
    cites: [
      {
        function: 'vmstate_subsection_load',
        text: "VM subsection '%s' in '%s' does not exist",
        versions: '10.2 and later; without words before',
      },
    ],
    invariants: ['INV-019'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              configuration({ subsections }) {
                for (const { name, offset } of subsections)
                  if (!KNOWN.has(name))
                    report({ message: `subsection ${name}`, channel, offset, path: 'configuration', found: name });
              },
            }
          : undefined,
    };
  },
};
