import type { Rule } from '../rule.js';

/** A source that cannot read the keys or attributes of its guest says so, in the stream. */
export const keysNotSaved: Rule = {
  meta: {
    code: 'MIG273',
    name: 'keys-not-saved',
    family: 'sections',
    severity: 'error',
    what: 'the source could not save the storage keys or attributes of the guest',
    why: 'A destination that meets the mark of it gives up.',
    fix: 'look at the source: its host did not give the keys away',
    cites: [
      { function: 's390_storage_keys_load', text: 'Storage key data is incomplete', versions: '2.5 and later' },
      { function: 'cmma_load', text: 'Storage attributes data is incomplete', versions: '2.11 and later' },
    ],
    invariants: ['INV-238'],
  },
  watch({ report }) {
    const [keys, attributes] = keysNotSaved.meta.cites;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              record({ section, name, offset, length }) {
                if (name !== 'ERROR' || !section.startsWith('s390-')) return;
                const cite = section === 's390-skeys' ? keys! : attributes!;
                report({ message: `ERROR in ${section}`, channel, offset, length, section, cite });
              },
            }
          : undefined,
    };
  },
};
