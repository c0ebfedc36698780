import type { Rule } from '../rule.js';

/** The destination tells how it ended, where there is a way to tell. */
export const shutMissing: Rule = {
  meta: {
    code: 'MIG363',
    name: 'shut-missing',
    family: 'return-path',
    severity: 'warning',
    what: 'the main channel is whole, but the destination never says how it ended',
    why: 'A destination ends the return path with SHUT, whether it has loaded all or failed. Without it, it died or was still waiting for something when the connection was closed.',
    fix: 'look into the log of the destination',
    cites: [{ function: 'process_incoming_migration_co', versions: '2.5 and later' }],
    follows: ['*'],
    invariants: ['INV-M174'],
  },
  watch({ facts, report }) {
    let shut = false;
    /** The messages between COLO checkpoints have no end. */
    let colo = false;
    let last: { channel: string; offset: number } | undefined;
    return {
      channel({ name, role }) {
        if (role !== 'return-path') return undefined;
        return {
          message({ name: message }) {
            if (message === 'SHUT') shut = true;
            else if (message.startsWith('COLO_')) colo = true;
          },
          end({ offset }) {
            if (offset > 0) last = { channel: name, offset };
          },
        };
      },
      end() {
        if (last && !shut && !colo && facts.ended) report({ message: 'the return path ends without SHUT', ...last });
      },
    };
  },
};
