import { PAGE_COMPRESSED, PAGE_XBZRLE } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** Capabilities show in what a stream has; some pairs are refused on both sides before it begins. */
export const capabilityConflict: Rule = {
  meta: {
    code: 'MIG211',
    name: 'capability-conflict',
    family: 'configuration',
    severity: 'warning',
    what: 'the stream shows capabilities that no QEMU lets be on together',
    why: 'Both sides refuse the pair when it is set, so that no source writes such a stream and no destination is prepared for it.',
    fix: 'look for what wrote the stream: it was not an unmodified QEMU, or parts of two streams are joined',
    cites: [
      {
        function: 'migrate_caps_check',
        text: 'Mapped-ram migration is incompatible with postcopy',
        versions: '9.0 and later',
      },
      {
        function: 'migrate_caps_check',
        text: 'Mapped-ram migration is incompatible with xbzrle',
        versions: '9.0 and later',
      },
      {
        function: 'migrate_caps_check',
        text: 'Postcopy is not compatible with ignore-shared',
        versions: '4.0 and later',
      },
      { function: 'migrate_caps_check', text: 'Multifd is not compatible with xbzrle', versions: '8.2 and later' },
    ],
    invariants: ['INV-M016'],
  },
  watch({ facts, report }) {
    const [mappedPostcopy, mappedXbzrle, ignoreShared, multifdXbzrle] = capabilityConflict.meta.cites;
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        let flushed = false;
        let paged = false;
        const say = (offset: number, pair: string, cite = mappedPostcopy!): void =>
          report({ message: `${pair} in one stream`, channel: name, offset, cite });
        const has = (capability: string): boolean => facts.capabilities.includes(capability);
        return {
          'ram-mark'({ name: mark }) {
            flushed ||= mark === 'MULTIFD_FLUSH';
          },
          command({ payload, offset }) {
            if (payload.targetPageSize === undefined) return;
            if (has('mapped-ram')) say(offset, 'mapped-ram and postcopy-ram');
            if (has('x-ignore-shared')) say(offset, 'x-ignore-shared and postcopy-ram', ignoreShared!);
          },
          pages({ kinds, kind, offset, length }) {
            const wanted = (1 << PAGE_XBZRLE) | (1 << PAGE_COMPRESSED);
            if (paged || (kinds & wanted) === 0 || !(flushed || has('mapped-ram'))) return;
            paged = true;
            const at = kind.subarray(0, length).findIndex((code) => ((1 << code) & wanted) !== 0);
            const what = kind[at] === PAGE_XBZRLE ? 'xbzrle' : 'compress';
            if (has('mapped-ram')) say(offset[at]!, `mapped-ram and ${what}`, mappedXbzrle!);
            else say(offset[at]!, `multifd and ${what}`, multifdXbzrle!);
          },
        };
      },
    };
  },
};
