import type { DumpedVmsd } from '../../vmstate/dump.js';
import type { VmsdDescription } from '../../vmstate/vmdesc.js';
import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { fieldFault } from '../target-fields.js';
import { dumpedLayouts } from '../target-vmstate.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** A loader reads the fields of its own layout, for the version in the header of the section. */
export const targetFieldLayout: Rule = {
  meta: {
    code: 'MIG387',
    name: 'target-field-layout',
    family: 'vmstate',
    severity: 'error',
    what: 'a section has other fields than the destination reads for its version',
    why: 'Names and sizes of fields are not on the wire: a destination reads what its own layout says, and everything behind the first difference at the wrong place. It does not find the footer where it stops.',
    fix: 'give the guest a machine type that both releases have; where the layouts still differ, the device changed without a new version, and the two builds cannot exchange it',
    cites: [{ function: 'check_section_footer', text: 'Missing section footer for %s', versions: '2.4 and later' }],
    follows: ['target-section-version', 'target-subsection-unknown'],
    invariants: ['INV-037', 'INV-086'],
  },
  watch({ facts, report }) {
    return {
      end() {
        const { vmstate } = facts.target;
        if (!vmstate) return;
        for (const { section, description } of vmdescMatch(facts)?.matched ?? []) {
          const faults = dumpedLayouts(vmstate, description.vmsdName)
            .filter(({ version, minimum }) => section.version >= minimum && section.version <= version)
            .map((layout) => faultOf(description, layout, section.version));
          // Classes that share a name differ: one that fits is enough.
          if (faults.length === 0 || faults.some((fault) => fault === undefined)) continue;
          const { channel, payloadOffset: offset, payloadLength: length } = section;
          const name = sectionName(section);
          report({ message: `section ${name}: ${faults[0]!}`, channel, offset, length, section: name });
        }
      },
    };
  },
};

/** In the fields of the vmsd, or in those of its subsections. */
function faultOf(description: VmsdDescription, layout: DumpedVmsd, version: number): string | undefined {
  const fault = fieldFault(description, layout, version);
  if (fault !== undefined) return fault;
  for (const subsection of description.subsections) {
    const local = layout.subsections.find(({ name }) => name === subsection.vmsdName);
    const inner = local && faultOf(subsection, local, subsection.version);
    if (inner !== undefined) return `subsection ${subsection.vmsdName}: ${inner}`;
  }
  return undefined;
}
