import { sectionName } from '../../wire/section.js';
import { isEarly, isIterable } from '../iterable.js';
import type { Rule } from '../rule.js';

/** Devices are saved when memory does not change any more. */
export const deviceStateBeforeRamEnd: Rule = {
  meta: {
    code: 'MIG223',
    name: 'device-state-before-ram-end',
    family: 'sections',
    severity: 'error',
    what: 'device state comes before the end of RAM',
    why: 'A destination loads it at once: what a device reads from guest memory then, as rings of virtio, is not there yet, and what it writes there is overwritten by the pages that follow.',
    fix: 'look for what changed the order of the sections: sources end RAM before they save devices, but for those that are set up early and in background snapshots, which do not end it',
    cites: [{ function: 'qemu_savevm_state_complete_precopy', versions: 'all' }],
    invariants: ['INV-049', 'INV-265'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let early: { offset: number; section: string } | undefined;
        let ended = false;
        return {
          'section-start'({ section, offset, packaged, idstr, instance }) {
            if (ended || section === 'part' || facts.postcopy) return;
            if (section === 'full' && !packaged && !isEarly(idstr) && !isIterable(idstr))
              early ??= { offset, section: sectionName({ idstr, instance }) };
            if (section !== 'end' || idstr !== 'ram') return;
            ended = true;
            if (!early) return;
            const related = [{ message: 'the end of RAM', channel, offset }];
            report({ message: `FULL section ${early.section} before the end of RAM`, channel, ...early, related });
          },
        };
      },
    };
  },
};
