import type { Rule } from '../rule.js';

/** Sections of RAM hold the block list and EOS, nothing else: pages have their own places. */
export const mappedRamRecord: Rule = {
  meta: {
    code: 'MIG393',
    name: 'mapped-ram-record',
    family: 'mapped-ram',
    severity: 'error',
    what: 'a section of RAM in a mapped-ram stream has pages or marks',
    why: 'With mapped-ram pages are in their own places in the file. A loader refuses any record of RAM but the block list and EOS.',
    fix: 'see whether the stream was put together from parts of others',
    cites: [{ function: 'ram_load_precopy', text: 'Unexpected RAM flags: %d', versions: '9.0 and later' }],
    follows: ['section-footer', 'unknown-section-type', 'ram-mapped-header'],
    invariants: ['INV-M211'],
  },
  watch({ facts, report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        let reported = false;
        const wrong = (what: string, offset: number): void => {
          if (reported || !facts.capabilities.includes('mapped-ram')) return;
          reported = true;
          report({ message: `${what} in a section of RAM with mapped-ram`, channel: name, offset, expected: 'EOS' });
        };
        return {
          'ram-mark': ({ name: mark, offset }) => {
            if (mark !== 'EOS') wrong(mark, offset);
          },
          pages({ blocks, block, offset, length }) {
            // The pages of the areas are reported too, where somebody asks for them.
            for (let i = 0; i < length && !reported; i++) {
              const area = blocks[block[i]!]!.mappedRam;
              if (
                !area ||
                offset[i]! < area.pagesOffset ||
                offset[i]! >= area.pagesOffset + blocks[block[i]!]!.usedLength
              )
                wrong('a page', offset[i]!);
            }
          },
        };
      },
    };
  },
};
