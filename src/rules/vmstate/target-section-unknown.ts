import { type SectionIdentity, sectionName } from '../../wire/section.js';
import { isSentByAll } from '../iterable.js';
import type { Rule } from '../rule.js';

interface Sent extends Pick<SectionIdentity, 'idstr' | 'instance'> {
  readonly channel: string;
  readonly offset: number;
}

/** Sections that are looked up; no guest has as many. */
const MAX_SECTIONS = 1 << 14;

/** A destination finds the device of a section by its name, which has the place of the device in it. */
export const targetSectionUnknown: Rule = {
  meta: {
    code: 'MIG414',
    name: 'target-section-unknown',
    family: 'vmstate',
    severity: 'error',
    what: 'the destination has no section of this name',
    why: 'A destination looks the section up by name and instance, and gives up where it has none. The name of a device on a bus has its slot in it.',
    fix: 'give the destination the same devices in the same slots (addr=, bus=); for those that were plugged in, in the same order',
    cites: [
      {
        function: 'qemu_loadvm_section_start_full',
        text: "Unknown section or instance '%s' %u. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
        versions: 'all, in words that vary',
      },
    ],
    invariants: ['INV-033'],
  },
  watch({ facts, report }) {
    const target = facts.target.capture;
    if (!target?.complete) return {};
    const sent = new Map<string, Sent>();
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start': ({ idstr, instance, offset }) => {
                const name = sectionName({ idstr, instance });
                if (sent.size < MAX_SECTIONS && !sent.has(name)) sent.set(name, { idstr, instance, channel, offset });
              },
            }
          : undefined,
      end() {
        const names = [...target.devices.values()].map(({ idstr }) => idstr);
        const kind = (idstr: string): string => idstr.slice(idstr.lastIndexOf('/') + 1);
        for (const [name, { idstr, channel, offset }] of sent) {
          if (target.devices.has(name) || !isSentByAll(idstr)) continue;
          // A name without a place is looked up among the old names of devices too (`compat`).
          if (!idstr.includes('/') && names.some((own) => own.endsWith(`/${idstr}`))) continue;
          const [moved] = names.filter((own) => own !== idstr && kind(own) === kind(idstr) && !sent.has(own));
          const instead = moved === undefined ? '' : `: it has ${moved} instead`;
          const message = `section ${name}: the destination has none of this name${instead}`;
          report({ message, channel, offset, section: name, ...(moved !== undefined && { expected: moved }) });
        }
      },
    };
  },
};
