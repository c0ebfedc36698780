import { walkPayload } from '../../vmstate/walk.js';
import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

const NONE: ReadonlySet<string> = new Set();

/** A subsection has a version of its own. */
export const subsectionVersion: Rule = {
  meta: {
    code: 'MIG266',
    name: 'subsection-version',
    family: 'vmstate',
    severity: 'error',
    what: 'a subsection has another version than the vmdesc says',
    why: 'A destination of the same release refuses a version above its own or below its minimum. It keeps only the low eight bits of it.',
    fix: 'the version behind the name of the subsection is damaged',
    cites: [
      {
        function: 'vmstate_load_state',
        text: '%s: incoming version_id %d is too new for local version_id %d',
        versions: 'all',
      },
    ],
    invariants: ['INV-079', 'INV-081'],
  },
  needs: ['device-payload'],
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'device-state'({ offset, payload, description, idstr, instance }) {
                if (!description) return;
                const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
                walkPayload(description, payload, NONE, {
                  subsection({ vmsdName, version }, start, path) {
                    const found = view.getUint32(start - 4);
                    if (found === version) return;
                    report({
                      message: `subsection ${vmsdName} has version ${found}, the vmdesc says ${version}`,
                      channel,
                      offset: offset + start - 4,
                      length: 4,
                      section: sectionName({ idstr, instance }),
                      path: path.join(' > '),
                      expected: `${version}`,
                      found: `${found}`,
                      ...((found & 0xff) === version && { severity: 'warning' as const }),
                    });
                  },
                });
              },
            }
          : undefined,
    };
  },
};
