import { compareVersions } from '../../wire/versions.js';
import type { Rule } from '../rule.js';

const SINCE = '11.0';

/** Up to 10.2 the writer puts an address before the header, which the loader does not read. */
export const mappedRamIgnoreShared: Rule = {
  meta: {
    code: 'MIG395',
    name: 'mapped-ram-ignore-shared',
    family: 'mapped-ram',
    severity: 'info',
    what: 'a mapped-ram file was written with x-ignore-shared, which releases up to 10.2 cannot load',
    why: 'With x-ignore-shared an address stands before each header. Releases up to 10.2 write it, but their loaders take it for the header.',
    fix: 'load it with 11.0 or later, or save without x-ignore-shared',
    cites: [
      {
        function: 'parse_ramblock_mapped_ram',
        text: 'Migration mapped-ram capability version not supported (expected <= %d, got %d)',
        versions: '9.0 to 10.2',
      },
    ],
    invariants: ['INV-M216'],
  },
  watch({ facts, report }) {
    const { version } = facts.target;
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        return {
          configuration({ capabilities = [], offset, length }) {
            if (!capabilities.includes('mapped-ram') || !capabilities.includes('x-ignore-shared')) return;
            const old = version !== undefined && compareVersions(version, SINCE) < 0;
            if (version !== undefined && !old) return;
            report({
              message: `mapped-ram with x-ignore-shared${old ? `, which ${version} cannot load` : ''}`,
              severity: old ? 'error' : 'info',
              channel: name,
              offset,
              length,
              expected: `a destination of ${SINCE} or later`,
            });
          },
        };
      },
    };
  },
};
