import { sectionName } from '../../wire/section.js';
import { compareVersions } from '../../wire/versions.js';
import type { Rule } from '../rule.js';

/** Devices that ask for a switchover acknowledgement say when their first data has been sent. */
export const vfioInitDataSent: Rule = {
  meta: {
    code: 'MIG348',
    name: 'vfio-init-data-sent',
    family: 'device-state',
    severity: 'warning',
    what: 'a VFIO device says twice that its initial data has been sent, or says so to a destination that does not know it',
    why: 'Up to 11.0 a destination counts one DEV_INIT_DATA_SENT for each device and refuses more; machine types from 11.1 on may send several. Before 8.1 the word is unknown.',
    fix: 'turn switchover-ack off on the source, or send to a destination of the same release',
    cites: [
      {
        function: 'qemu_loadvm_approve_switchover',
        text: '%s: qemu_loadvm_approve_switchover failed, err=%d (%s)',
        versions: '8.1 to 11.0',
      },
      { function: 'vfio_load_state', text: '%s: Unknown tag 0x%lx', versions: 'up to 8.0' },
    ],
    invariants: ['INV-M128'],
  },
  watch({ facts, report }) {
    const { version } = facts.target;
    const before = (release: string): boolean => version !== undefined && compareVersions(version, release) < 0;
    const [refused, unknown] = vfioInitDataSent.meta.cites;
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        const first = new Map<string, number>();
        let section = '';
        return {
          'section-start': (start) => {
            section = sectionName(start);
          },
          record({ name: word, offset, length }) {
            if (word !== 'DEV_INIT_DATA_SENT') return;
            const at = { channel: name, offset, length, section };
            const earlier = first.get(section);
            if (earlier === undefined) {
              first.set(section, offset);
              if (before('8.1') && unknown) {
                const message = `DEV_INIT_DATA_SENT of ${section}, which ${version} does not know`;
                report({ message, severity: 'error', cite: unknown, ...at });
              }
            } else if (facts.machineUntil('11.0') || before('11.1')) {
              report({
                message: `a second DEV_INIT_DATA_SENT of ${section}`,
                severity: before('11.1') ? 'error' : 'warning',
                ...(refused && { cite: refused }),
                ...at,
                related: [{ message: 'the first one', channel: name, offset: earlier }],
              });
            }
          },
        };
      },
    };
  },
};
