import type { FieldDescription } from '../../vmstate/vmdesc.js';
import { walkPayload } from '../../vmstate/walk.js';
import { sectionName } from '../../wire/section.js';
import type { Citation, Rule } from '../rule.js';

interface Check {
  /** What is wrong with an element, if it is. */
  readonly wrong: (bytes: Uint8Array) => string | undefined;
  readonly cite: Citation;
  readonly severity?: 'warning';
}

const marker: Check = {
  wrong: ([byte = 0]) =>
    byte === 0x30 || byte === 0x31 ? undefined : `is 0x${byte.toString(16)}, neither '0' nor '1'`,
  cite: { function: 'load_ptr_marker', text: 'Unexpected ptr marker: %d', versions: '11.0 and later' },
};

/** Types whose values a loader checks by themselves, or that sources write in one way only. */
const CHECKS: Readonly<Record<string, Check>> = {
  bool: {
    wrong: ([byte = 0]) => (byte > 1 ? `is 0x${byte.toString(16)}, neither 0 nor 1` : undefined),
    cite: { function: 'get_bool', versions: 'all' },
    severity: 'warning',
  },
  'int32 le': {
    wrong: ([byte = 0]) => (byte >= 0x80 ? 'is negative' : undefined),
    cite: { function: 'get_int32_le', text: 'Invalid value %d expecting positive value <= %d', versions: 'all' },
  },
  nullptr: {
    wrong: ([byte = 0]) => (byte === 0x30 ? undefined : `is 0x${byte.toString(16)}, not '0'`),
    cite: {
      function: 'get_nullptr',
      text: 'vmstate: get_nullptr expected VMS_NULLPTR_MARKER',
      versions: 'up to 10.2',
    },
  },
  'ptr-marker': marker,
};

const TYPES = new Set(Object.keys(CHECKS));
const SIZES: Readonly<Record<string, number>> = { bool: 1, 'int32 le': 4, nullptr: 1, 'ptr-marker': 1 };

/** Values that a type does not have. */
export const fieldValue: Rule = {
  meta: {
    code: 'MIG267',
    name: 'field-value',
    family: 'vmstate',
    severity: 'error',
    what: 'a field of device state has a value that its type does not have',
    why: 'A destination gives up at a negative bound and at a marker that is neither of the two. A bool that is neither 0 nor 1 it takes for true.',
    fix: 'the byte is damaged, or the state was written by another layout than the vmdesc describes',
    cites: Object.values(CHECKS).map(({ cite }) => cite),
    invariants: ['INV-071', 'INV-073', 'INV-074', 'INV-083'],
  },
  needs: ['device-payload'],
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'device-state'({ offset, payload, description, idstr, instance }) {
                if (!description) return;
                const check = (
                  { name, type, size, arrayLength = 1 }: FieldDescription,
                  start: number,
                  path: readonly string[],
                ): void => {
                  const of = CHECKS[type];
                  if (!of || size !== SIZES[type]) return;
                  for (let at = start; at < start + size * arrayLength; at += size) {
                    const wrong = of.wrong(payload.subarray(at, at + size));
                    if (wrong === undefined) continue;
                    report({
                      message: `${type} ${name} ${wrong}`,
                      channel,
                      offset: offset + at,
                      length: size,
                      section: sectionName({ idstr, instance }),
                      path: [...path, name].join(' > '),
                      cite: of.cite,
                      ...(of.severity && { severity: of.severity }),
                    });
                    return;
                  }
                };
                walkPayload(description, payload, TYPES, { field: check });
              },
            }
          : undefined,
    };
  },
};
