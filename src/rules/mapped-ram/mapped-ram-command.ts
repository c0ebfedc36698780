import { MIG_CMD_SWITCHOVER_START } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** A file has no other side. */
export const mappedRamCommand: Rule = {
  meta: {
    code: 'MIG394',
    name: 'mapped-ram-command',
    family: 'mapped-ram',
    severity: 'warning',
    what: 'a mapped-ram stream has commands for a destination that answers',
    why: 'A file is written with nobody at the other end, so that no QEMU asks for answers or switches to postcopy in it. A loader opens a return path that leads nowhere, and fails where it has to answer.',
    fix: 'see whether the stream was put together from parts of others',
    cites: [{ function: 'migration_channels_and_transport_compatible', versions: '9.0 and later' }],
    follows: ['section-footer', 'unknown-section-type'],
    invariants: ['INV-M215'],
  },
  watch({ facts, report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        let reported = false;
        return {
          command({ code, name: command, offset, length }) {
            if (code === MIG_CMD_SWITCHOVER_START || reported || !facts.capabilities.includes('mapped-ram')) return;
            reported = true;
            report({ message: `${command} in a mapped-ram stream`, channel: name, offset, length });
          },
        };
      },
    };
  },
};
