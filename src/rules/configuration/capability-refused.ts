import { CAPABILITIES } from '../../wire/capability.js';
import type { Rule } from '../rule.js';

/** The names in the configuration section have to be known to the loader. */
export const capabilityRefused: Rule = {
  meta: {
    code: 'MIG206',
    name: 'capability-refused',
    family: 'configuration',
    severity: 'error',
    what: 'the configuration section names a capability that the destination does not know',
    why: 'A destination looks each name up and gives up at the first that it does not have.',
    fix: 'load it into a QEMU that has the capability; a name that no release has is damage',
    cites: [{ function: 'get_capability', text: 'Received unknown capability %s', versions: '4.0 and later' }],
    invariants: ['INV-016'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              configuration({ offset, length, capabilities = [] }) {
                for (const capability of capabilities) {
                  const known = CAPABILITIES.get(capability);
                  const message = !known
                    ? `no release has the capability ${capability}`
                    : known.since !== undefined && facts.destinationBefore(known.since)
                      ? `the capability ${capability} came with QEMU ${known.since}`
                      : undefined;
                  if (message !== undefined)
                    report({
                      message,
                      channel,
                      offset,
                      length,
                      path: 'configuration > capabilities',
                      found: capability,
                    });
                }
              },
            }
          : undefined,
    };
  },
};
