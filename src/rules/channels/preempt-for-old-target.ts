import { compareVersions } from '../../wire/versions.js';
import type { Rule } from '../rule.js';

const SINCE = '7.1';

export const preemptForOldTarget: Rule = {
  meta: {
    code: 'MIG305',
    name: 'preempt-for-old-target',
    family: 'channels',
    severity: 'error',
    what: 'a preempt channel is for a destination that does not know them',
    why: 'A destination before 7.1 takes the connection for one too many and closes it. The pages that its guest asks for never arrive.',
    fix: 'leave postcopy-preempt off on the source',
    cites: [
      {
        function: 'socket_accept_incoming_migration',
        text: '%s: Extra incoming migration connection; ignoring',
        versions: 'up to 7.0',
      },
    ],
    invariants: ['INV-M009'],
  },
  watch({ facts, report }) {
    const { version } = facts.target;
    if (version === undefined || compareVersions(version, SINCE) >= 0) return {};
    return {
      channel({ name, role }) {
        if (role !== 'preempt') return undefined;
        report({
          message: `preempt channel, which ${version} does not know`,
          channel: name,
          offset: 0,
          expected: `a destination of ${SINCE} or later`,
        });
        return undefined;
      },
    };
  },
};
