import { describedSize } from '../../vmstate/vmdesc.js';
import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { readSubsections } from '../subsections.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** A loader takes subsections as long as they come. */
export const subsectionTwice: Rule = {
  meta: {
    code: 'MIG264',
    name: 'subsection-twice',
    family: 'vmstate',
    severity: 'warning',
    what: 'a subsection comes twice in one section',
    why: 'A destination loads both, and the last one wins.',
    fix: 'look for what repeats it; the vmdesc has it once',
    cites: [{ function: 'vmstate_subsection_load', versions: 'all' }],
    invariants: ['INV-078'],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    const payloads = new Map<number, Uint8Array>();
    return {
      channel: ({ role }) =>
        role === 'main'
          ? {
              'device-state'({ offset, payload, description }) {
                if (description && payload.length > describedSize(description) && payloads.size < 100)
                  payloads.set(offset, payload);
              },
            }
          : undefined,
      end() {
        for (const { section, description, size } of vmdescMatch(facts)?.matched ?? []) {
          const payload = payloads.get(section.payloadOffset);
          if (!payload || size === undefined || payload.length <= size) continue;
          const { names, left } = readSubsections(payload.subarray(size), description.subsections);
          if (left > 0 || names.length === 0) continue;
          const message = `subsections of ${sectionName(section)} a second time: ${names.join(', ')}`;
          const offset = section.payloadOffset + size;
          report({
            message,
            channel: section.channel,
            offset,
            length: payload.length - size,
            section: sectionName(section),
          });
        }
      },
    };
  },
};
