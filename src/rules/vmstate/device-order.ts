import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** Devices are described in the order in which they are saved. */
export const deviceOrder: Rule = {
  meta: {
    code: 'MIG261',
    name: 'device-order',
    family: 'vmstate',
    severity: 'warning',
    what: 'the sections of devices come in another order than the vmdesc has them',
    why: 'A destination loads them in any order, but some build on what others have loaded before: interrupt controllers, buses, IOMMUs.',
    fix: 'look for what moved the sections',
    cites: [{ function: 'savevm_state_handler_insert', versions: 'all' }],
    invariants: ['INV-050', 'INV-087', 'INV-273'],
  },
  watch({ facts, report }) {
    return {
      end() {
        let last = -1;
        let before = '';
        for (const { section, position } of vmdescMatch(facts)?.matched ?? []) {
          const name = sectionName(section);
          if (position < last)
            report({
              message: `section ${name} comes behind ${before}, the vmdesc has it before`,
              channel: section.channel,
              offset: section.offset,
              section: name,
            });
          else before = name;
          last = Math.max(last, position);
        }
      },
    };
  },
};
