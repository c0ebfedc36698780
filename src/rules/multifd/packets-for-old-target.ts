import { compareVersions } from '../../wire/versions.js';
import type { Rule } from '../rule.js';

const METHOD_SINCE: Readonly<Record<string, string>> = {
  zlib: '5.0',
  zstd: '5.1',
  qpl: '9.1',
  uadk: '9.1',
  qatzip: '9.2',
};

/** What packets have learnt since 4.0, for a destination that is known to be older. */
export const packetsForOldTarget: Rule = {
  meta: {
    code: 'MIG322',
    name: 'packets-for-old-target',
    family: 'multifd',
    severity: 'error',
    what: 'multifd packets use what the destination does not know yet',
    why: 'Up to 8.2 a destination does not look for zero pages in packets: those pages keep their old contents there, and nothing says so. A compression method that a release does not have is refused, device state is taken for pages, and with COLO packets are written past its cache.',
    fix: 'choose a machine type that the destination has, or set zero-page-detection to legacy, multifd-compression to none and x-migration-multifd-transfer to off on the source',
    cites: [
      { function: 'multifd_recv_unfill_packet', versions: 'up to 8.2' },
      {
        function: 'multifd_recv_unfill_packet',
        text: 'multifd: received packet with size %u and expected a size of %u',
        versions: 'up to 9.2',
      },
      {
        function: 'multifd_recv_thread',
        text: 'multifd %u: flags received %x flags expected %x',
        versions: '5.0 and later',
      },
      { function: 'multifd_nocomp_recv', versions: 'up to 11.0' },
    ],
    invariants: ['INV-M037', 'INV-M262'],
  },
  watch({ facts, report }) {
    const { version } = facts.target;
    if (version === undefined) return {};
    const before = (since: string): boolean => compareVersions(version, since) < 0;
    const said = new Set<string>();
    const [zeros, device, method, colo] = packetsForOldTarget.meta.cites;
    return {
      channel({ name, role }) {
        const say = (what: string, since: string, offset: number, cite = zeros): void => {
          if (!before(since) || said.has(what)) return;
          said.add(what);
          report({
            message: `${what}, which ${version} does not know`,
            channel: name,
            offset,
            expected: `a destination of ${since} or later`,
            ...(cite && { cite }),
          });
        };
        if (role === 'main') {
          return {
            colo: ({ offset }) => {
              if (facts.multifd) say('COLO with multifd', '11.1', offset, colo);
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          packet({ zeroPages, normalPages, method: used, offset }) {
            if (zeroPages > 0) say('zero pages in packets', '9.0', offset);
            const since = METHOD_SINCE[used];
            if (since !== undefined && normalPages > 0) say(`packets compressed by ${used}`, since, offset, method);
          },
          'device-packet': ({ offset }) => say('device state in packets', '10.0', offset, device),
        };
      },
    };
  },
};
