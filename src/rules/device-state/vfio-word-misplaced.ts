import { type SectionKind, sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** The kinds of section that each word is written in. */
const HOME: Readonly<Record<string, readonly SectionKind[]>> = {
  DEV_SETUP_STATE: ['start'],
  DEV_DATA_STATE: ['part', 'end'],
  DEV_INIT_DATA_SENT: ['part'],
  DEV_CONFIG_STATE: ['full'],
  DEV_CONFIG_LOAD_READY: ['full'],
};

export const vfioWordMisplaced: Rule = {
  meta: {
    code: 'MIG347',
    name: 'vfio-word-misplaced',
    family: 'device-state',
    severity: 'warning',
    what: 'a section of a VFIO device has a word that belongs into another section of it',
    why: 'SETUP is in START, data in PART and END, the configuration in FULL. A destination reads them wherever they are, but a device that gets its configuration before its data, or data before its setup, may end in another state.',
    fix: 'see whether the stream was put together from parts of others',
    cites: [{ function: 'vfio_load_state', versions: '5.2 and later' }],
    follows: ['section-record', 'section-footer'],
    invariants: ['INV-M126', 'INV-M127'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        let kind: SectionKind | undefined;
        let section = '';
        return {
          'section-start': (start) => {
            kind = start.section;
            section = sectionName(start);
          },
          record({ name: word, offset, length }) {
            const home = HOME[word];
            if (!home || kind === undefined || home.includes(kind)) return;
            report({
              message: `${word} in the ${kind.toUpperCase()} section of ${section}`,
              channel: name,
              offset,
              length,
              section,
              expected: home.map((one) => one.toUpperCase()).join(' or '),
              found: kind.toUpperCase(),
            });
          },
        };
      },
    };
  },
};
