import { commandName, MIG_CMD_PING, MIG_CMD_POSTCOPY_LISTEN, MIG_CMD_POSTCOPY_RUN } from '../../wire/command.js';
import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

const INSIDE = new Set([MIG_CMD_POSTCOPY_LISTEN, MIG_CMD_PING, MIG_CMD_POSTCOPY_RUN]);

/** A package is LISTEN, the devices, PINGs and RUN. */
export const packageOrder: Rule = {
  meta: {
    code: 'MIG232',
    name: 'package-order',
    family: 'commands',
    severity: 'warning',
    what: 'the package is not LISTEN, device state, PING and RUN in this order',
    why: 'A destination reads the package as any stream, and loads it in whatever order it comes. Sources begin it with LISTEN and put nothing else in.',
    fix: 'look for what changed the package',
    cites: [{ function: 'postcopy_start', versions: '2.5 and later' }],
    invariants: ['INV-268'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let first = false;
        const begins = (offset: number, what: string): void => {
          if (first && what !== 'POSTCOPY_LISTEN')
            report({
              message: `the package begins with ${what}`,
              channel,
              offset,
              expected: 'POSTCOPY_LISTEN',
              found: what,
            });
          first = false;
        };
        return {
          'packaged-start'() {
            first = true;
          },
          'section-start'({ section, offset, packaged, idstr, instance }) {
            if (!packaged) return;
            const name = sectionName({ idstr, instance });
            begins(offset, `section ${name}`);
            if (section !== 'full')
              report({
                message: `${section.toUpperCase()} of ${name} inside the package`,
                channel,
                offset,
                section: name,
              });
          },
          command({ code, offset, packaged }) {
            if (packaged && INSIDE.has(code)) begins(offset, commandName(code));
          },
        };
      },
    };
  },
};
