import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** Devices that the source saved have to be in the stream. */
export const deviceMissing: Rule = {
  meta: {
    code: 'MIG259',
    name: 'device-missing',
    family: 'vmstate',
    severity: 'error',
    what: 'the vmdesc lists a device whose state is not in the stream',
    why: 'A destination does not miss it: the device stays as it is after a reset, under a guest that knows it otherwise.',
    fix: 'the section was cut out, or its name is damaged; take the stream again',
    cites: [{ function: 'qemu_loadvm_state_main', versions: 'all' }],
    follows: ['device-undescribed', 'section-name-empty', 'early-end'],
    invariants: ['INV-048', 'INV-087'],
  },
  watch({ facts, report }) {
    const started = new Set<string>();
    return {
      channel: ({ role }) =>
        role === 'main'
          ? {
              'section-start'({ section, idstr, instance }) {
                if (section === 'start') started.add(sectionName({ idstr, instance }));
              },
            }
          : undefined,
      end() {
        const { channel, offset } = facts.vmdesc ?? { channel: '', offset: 0 };
        const missing = (vmdescMatch(facts)?.missing ?? [])
          .map(({ name, instance }) => sectionName({ idstr: name, instance }))
          .filter((name) => !started.has(name));
        if (missing.length === 0) return;
        const names = `${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ', …' : ''}`;
        const message = `${missing.length} of ${facts.vmdesc!.description!.devices.length} described devices have no section: ${names}`;
        report({ message, channel, offset, section: missing[0]! });
      },
    };
  },
};
