import { CAPABILITIES } from '../../wire/capability.js';
import type { Rule } from '../rule.js';

/** Sources write the capabilities that both sides have to agree on, and no others. */
export const capabilityNotRecorded: Rule = {
  meta: {
    code: 'MIG207',
    name: 'capability-not-recorded',
    family: 'configuration',
    severity: 'warning',
    what: 'the configuration section lists a capability that no source writes there',
    why: 'A destination compares only the capabilities that it writes itself; others in the list are passed over.',
    fix: 'look for what wrote the stream: it was not an unmodified QEMU',
    cites: [{ function: 'should_validate_capability', versions: '4.0 and later' }],
    invariants: ['INV-017'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              configuration({ offset, length, capabilities = [] }) {
                const odd = capabilities.filter((name) => CAPABILITIES.has(name) && !CAPABILITIES.get(name)!.recorded);
                if (odd.length === 0) return;
                const message = `capabilities that are never recorded: ${odd.join(', ')}`;
                report({ message, channel, offset, length, path: 'configuration > capabilities' });
              },
            }
          : undefined,
    };
  },
};
