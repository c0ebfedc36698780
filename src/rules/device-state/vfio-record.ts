import { isVfio } from '../iterable.js';
import type { Rule } from '../rule.js';

/** The records that each kind of section can hold, in words of its own where they end it. */
const KINDS: Readonly<Record<string, ReadonlySet<string>>> = {
  start: new Set(['DEV_SETUP_STATE', 'END_OF_STATE']),
  part: new Set(['DEV_DATA_STATE', 'END_OF_STATE', 'DEV_INIT_DATA_SENT']),
  end: new Set(['DEV_DATA_STATE', 'END_OF_STATE']),
  full: new Set(['DEV_CONFIG_STATE', 'END_OF_STATE', 'DEV_CONFIG_LOAD_READY']),
};

/** Setup, data and configuration of a VFIO device come in sections of their own. */
export const vfioRecord: Rule = {
  meta: {
    code: 'MIG274',
    name: 'vfio-record',
    family: 'device-state',
    severity: 'warning',
    what: 'a section of a VFIO device holds a record that belongs into another kind of section',
    why: 'A destination takes the records of a device wherever they come; its configuration before all data leaves it in a state that the data then changes.',
    fix: 'look for what moved the records or changed the type byte of the section',
    cites: [{ function: 'vfio_load_state', versions: '5.2 and later' }],
    invariants: ['INV-239', 'INV-242'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let kind = 'start';
        return {
          'section-start'({ section }) {
            kind = section;
          },
          record({ section, name, offset, length }) {
            if (!isVfio(section) || KINDS[kind]!.has(name)) return;
            report({ message: `${name} in a ${kind.toUpperCase()} of ${section}`, channel, offset, length, section });
          },
        };
      },
    };
  },
};
