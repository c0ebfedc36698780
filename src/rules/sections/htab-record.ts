import type { Rule } from '../rule.js';

/** A hash page table has 2^shift bytes, in entries of 16 bytes. */
const ENTRY_SHIFT = 4;

/** Chunks have to lie in the table whose size START says. */
export const htabRecord: Rule = {
  meta: {
    code: 'MIG272',
    name: 'htab-record',
    family: 'sections',
    severity: 'error',
    what: 'a chunk of the hash page table lies outside of it, or there is no table',
    why: 'A destination makes the table as large as START says, and gives up at entries that are not in it.',
    fix: 'the section is damaged, or its START is that of another guest',
    cites: [
      {
        function: 'htab_load',
        text: 'htab_load() bad index %d (%hd+%hd entries) in htab stream (htab_shift=%d)',
        versions: 'all',
      },
    ],
    invariants: ['INV-236', 'INV-237'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let entries = 0;
        let table: string | undefined;
        return {
          record({ section, name, offset, length, fields }) {
            if (section !== 'spapr/htab') return;
            const { shift, index, valid, invalid } = fields;
            if (name === 'NO_HPT') table ??= 'none';
            if (typeof shift === 'number') {
              entries = 2 ** (shift - ENTRY_SHIFT);
              table = `2^${shift} bytes`;
            }
            if (
              name !== 'CHUNK' ||
              typeof index !== 'number' ||
              typeof valid !== 'number' ||
              typeof invalid !== 'number'
            )
              return;
            const end = index + valid + invalid;
            if (end <= entries) return;
            const message = `entries 0x${index.toString(16)} to 0x${end.toString(16)} of a table of ${table ?? 'unknown size'}`;
            report({ message, channel, offset, length, section });
          },
        };
      },
    };
  },
};
