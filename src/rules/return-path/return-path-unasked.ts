import { MIG_CMD_OPEN_RETURN_PATH } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** The source opens the return path; in a recovery the destination does so by itself. */
export const returnPathUnasked: Rule = {
  meta: {
    code: 'MIG368',
    name: 'return-path-unasked',
    family: 'return-path',
    severity: 'warning',
    what: 'there are messages of a destination, but the main channel never opens a return path',
    why: 'A destination answers only when OPEN_RETURN_PATH has told it to. Main channel and return path are of different migrations.',
    fix: 'see that the files are of one migration',
    cites: [{ function: 'loadvm_process_command', versions: '2.5 and later' }],
    follows: ['truncated', 'capture-main', 'unknown-section-type'],
    invariants: ['INV-M187'],
  },
  watch({ report }) {
    let mains = 0;
    let opened = false;
    let first: { channel: string; offset: number; length: number } | undefined;
    return {
      channel({ name, role }) {
        if (role === 'main' || role === 'recovery-main') {
          mains++;
          if (role === 'recovery-main') opened = true;
          return {
            command({ code }) {
              if (code === MIG_CMD_OPEN_RETURN_PATH) opened = true;
            },
          };
        }
        if (role !== 'return-path') return undefined;
        return {
          message({ offset, length }) {
            first ??= { channel: name, offset, length };
          },
        };
      },
      end() {
        if (mains > 0 && first && !opened) report({ message: 'a message without OPEN_RETURN_PATH', ...first });
      },
    };
  },
};
