import { POSTCOPY_ADVISE } from '../facts.js';
import type { Rule } from '../rule.js';

/** Most machine types describe their device state; some, and `suppress-vmdesc`, do not. */
export const vmdescMissing: Rule = {
  meta: {
    code: 'MIG204',
    name: 'vmdesc-missing',
    family: 'framing',
    severity: 'info',
    what: 'no vmdesc stands behind EOF',
    why: 'A destination that does not suppress it as well says that it expected one, and goes on. Without it, the device state can be checked only in part.',
    fix: 'nothing, where the machine has suppress-vmdesc=on or is of a type that suppresses it; else the end of the stream is missing',
    cites: [
      {
        function: 'qemu_loadvm_state',
        text: 'Expected vmdescription section, but got %d',
        versions: '2.3 and later',
      },
    ],
    invariants: ['INV-054', 'INV-266'],
  },
  watch({ facts, report }) {
    let eof: { channel: string; offset: number; length: number } | undefined;
    let cut = false;
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        return {
          eof({ offset, packaged }) {
            if (!packaged) eof ??= { channel: name, offset, length: 1 };
          },
          problem({ finding: { rule } }) {
            cut ||= eof !== undefined && (rule === 'truncated' || rule === 'trailing-bytes');
          },
        };
      },
      end() {
        if (!eof || cut || facts.vmdesc || facts.postcopyState > POSTCOPY_ADVISE || facts.colo) return;
        if (facts.fulls.length === 0) return;
        report({ message: 'the stream ends with EOF, without a vmdesc', ...eof });
      },
    };
  },
};
