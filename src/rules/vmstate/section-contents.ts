import { walkPayload } from '../../vmstate/walk.js';
import { QEMU_VM_SUBSECTION, sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { vmdescMatch } from '../vmdesc-match.js';

const NONE: ReadonlySet<string> = new Set();

/** Marks and names inside of a section stand where the description has them. */
export const sectionContents: Rule = {
  meta: {
    code: 'MIG265',
    name: 'section-contents',
    family: 'vmstate',
    severity: 'error',
    what: 'a section has the length that the vmdesc describes, but not its subsections or list elements',
    why: 'A destination finds subsections by name: one that it does not know makes it give up, and one whose mark is damaged is taken for the end of the section.',
    fix: 'a name or a mark inside of the section is damaged; take the stream again',
    cites: [
      {
        function: 'vmstate_subsection_load',
        text: "VM subsection '%s' in '%s' does not exist",
        versions: '10.2 and later; without words before',
      },
      { function: 'check_section_footer', text: 'Missing section footer for %s', versions: '2.4 and later' },
    ],
    invariants: ['INV-078', 'INV-080'],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    const [unknown, footer] = sectionContents.meta.cites;
    const notes = new Map<number, { readonly note: string; readonly unmarked: boolean }>();
    return {
      channel: ({ role }) =>
        role === 'main'
          ? {
              'device-state'({ offset, payload, description }) {
                const note = description && walkPayload(description, payload, NONE, {});
                if (note !== undefined && notes.size < 100)
                  notes.set(offset, { note, unmarked: isUnmarked(payload, note) });
              },
            }
          : undefined,
      end() {
        for (const { section, size } of vmdescMatch(facts)?.matched ?? []) {
          const found = notes.get(section.payloadOffset);
          if (!found || size !== section.payloadLength) continue;
          const { channel, payloadOffset: offset, payloadLength: length } = section;
          report({
            message: `section ${sectionName(section)}: ${found.note}`,
            channel,
            offset,
            length,
            section: sectionName(section),
            cite: found.unmarked ? footer! : unknown!,
          });
        }
      },
    };
  },
};

/** True when the name of the subsection stands there without the mark before it: a loader then looks for the footer. */
function isUnmarked(payload: Uint8Array, note: string): boolean {
  const name = /^subsection (\S+) /.exec(note)?.[1];
  if (name === undefined) return false;
  const at = Buffer.from(payload.buffer, payload.byteOffset, payload.length).indexOf(
    String.fromCharCode(name.length) + name,
    0,
    'latin1',
  );
  return at > 0 && payload[at - 1] !== QEMU_VM_SUBSECTION;
}
