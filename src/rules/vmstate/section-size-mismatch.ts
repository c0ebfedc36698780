import { sectionName } from '../../wire/section.js';
import { describedSize, type DeviceDescription } from '../../vmstate/vmdesc.js';
import type { Citation, Rule } from '../rule.js';
import { readSubsections } from '../subsections.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** A section has the bytes that its description adds up to. */
export const sectionSizeMismatch: Rule = {
  meta: {
    code: 'MIG263',
    name: 'section-size-mismatch',
    family: 'vmstate',
    severity: 'error',
    what: 'a section is longer or shorter than the vmdesc describes',
    why: 'A destination of the same configuration reads as many bytes as the source wrote; it does not find the footer where those end. Without a subsection that was cut off, it keeps the state of a reset in its place.',
    fix: 'bytes of the section were put in or cut out; take the stream again',
    cites: [
      { function: 'check_section_footer', text: 'Missing section footer for %s', versions: '2.4 and later' },
      {
        function: 'vmstate_subsection_load',
        text: "VM subsection '%s' in '%s' does not exist",
        versions: '10.2 and later; without words before',
      },
    ],
    invariants: ['INV-037', 'INV-078', 'INV-086'],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    const [footer, unknown] = sectionSizeMismatch.meta.cites;
    /** Payloads that are longer than described, by offset. */
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
          if (size === undefined || size === section.payloadLength) continue;
          const name = sectionName(section);
          const payload = payloads.get(section.payloadOffset);
          const excess = payload && payload.length > size ? excessOf(payload.subarray(size), description) : undefined;
          // Known ones that come again are loaded again: what is said of them is another rule's.
          if (excess === 'copies') continue;
          report({
            message:
              `section ${name} has ${section.payloadLength} bytes, the vmdesc describes ${size}` +
              (excess === undefined ? '' : `: subsection ${excess} is not in it`),
            channel: section.channel,
            offset: section.payloadOffset,
            length: section.payloadLength,
            section: name,
            expected: `${size}`,
            found: `${section.payloadLength}`,
            cite: (excess === undefined ? footer : unknown) as Citation,
          });
        }
      },
    };
  },
};

/** What stands behind the described bytes: only copies of described subsections, or the name of one that is not described. */
function excessOf(bytes: Uint8Array, description: DeviceDescription): string | undefined {
  const found = readSubsections(bytes, description.subsections);
  if (found.left === 0 && found.names.length > 0) return 'copies';
  return found.unknown?.startsWith(`${description.vmsdName}/`) ? found.unknown : undefined;
}
