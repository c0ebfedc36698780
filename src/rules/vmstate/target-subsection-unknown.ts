import type { VmsdDescription } from '../../vmstate/vmdesc.js';
import type { DumpedVmsd } from '../../vmstate/dump.js';
import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { dumpedLayouts } from '../target-vmstate.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** A loader knows the subsections of its own release. */
export const targetSubsectionUnknown: Rule = {
  meta: {
    code: 'MIG277',
    name: 'target-subsection-unknown',
    family: 'vmstate',
    severity: 'error',
    what: 'a section has a subsection, or a version of one, that the destination does not load',
    why: 'A destination finds subsections by name and gives up at one that it does not know.',
    fix: 'give the guest a machine type that both releases have; where that does not help, the source needs the property that leaves the subsection out',
    cites: [
      {
        function: 'vmstate_subsection_load',
        text: "VM subsection '%s' in '%s' does not exist",
        versions: '10.2 and later; without words before',
      },
    ],
    invariants: ['INV-078', 'INV-079'],
  },
  watch({ facts, report }) {
    return {
      end() {
        const { vmstate } = facts.target;
        if (!vmstate) return;
        for (const { section, description } of vmdescMatch(facts)?.matched ?? []) {
          const layouts = dumpedLayouts(vmstate, description.vmsdName);
          if (layouts.length === 0) continue;
          const faults = layouts.map((layout) => faultOf(description, layout));
          // Classes that share a name differ: one that fits is enough.
          if (faults.some((fault) => fault === undefined)) continue;
          const { channel, offset } = section;
          report({
            message: `section ${sectionName(section)}: ${faults[0]!}`,
            channel,
            offset,
            section: sectionName(section),
          });
        }
      },
    };
  },
};

/** The first subsection that a layout does not take, in the vmsd itself or in those that it holds. */
function faultOf(description: VmsdDescription, layout: DumpedVmsd): string | undefined {
  for (const subsection of description.subsections) {
    const local = layout.subsections.find(({ name }) => name === subsection.vmsdName);
    if (!local) return `the destination has no subsection ${subsection.vmsdName}`;
    if (subsection.version > local.version || subsection.version < local.minimum)
      return `subsection ${subsection.vmsdName} has version ${subsection.version}, the destination loads ${local.minimum} to ${local.version}`;
    const inner = faultOf(subsection, local);
    if (inner !== undefined) return inner;
  }
  for (const field of description.fields) {
    const local =
      field.struct && layout.fields.find(({ name }) => name === field.name.replace(/\[\d+\]$/, ''))?.description;
    const inner = local && faultOf(field.struct, local);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
