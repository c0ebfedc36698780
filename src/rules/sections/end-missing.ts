import { isIterable } from '../iterable.js';
import type { Rule } from '../rule.js';

/** What a handler has left when the guest is stopped comes with its END. Only background snapshots do without. */
export const endMissing: Rule = {
  meta: {
    code: 'MIG218',
    name: 'end-missing',
    family: 'sections',
    severity: 'warning',
    what: 'a section that was started never ends',
    why: 'A destination does not ask for END. What changed since the last round before the guest was stopped comes with it, so that the state may be older than that of the devices.',
    fix: 'do not use the state before it is known where the END went; background snapshots, which have none, have no command either',
    cites: [{ function: 'qemu_savevm_state_complete_precopy_iterable', versions: 'all' }],
    invariants: ['INV-045'],
  },
  watch({ facts, report }) {
    const open = new Map<number, { channel: string; offset: number; idstr: string }>();
    let ends = 0;
    let commands = 0;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command: () => void commands++,
              'section-start'({ section, id, idstr, offset }) {
                if (section === 'start' && isIterable(idstr)) open.set(id, { channel, offset, idstr });
                else if (section === 'end' && open.delete(id)) ends++;
              },
              eof({ packaged }) {
                if (packaged || facts.colo || facts.fulls.length === 0 || (ends === 0 && commands === 0)) return;
                for (const { idstr, ...place } of open.values())
                  report({ message: `${idstr} is started and never ends`, ...place, section: idstr });
                open.clear();
              },
            }
          : undefined,
    };
  },
};
