import type { Rule } from '../rule.js';

/** EOF ends the load with success, whatever is missing. */
export const earlyEnd: Rule = {
  meta: {
    code: 'MIG202',
    name: 'early-end',
    family: 'framing',
    severity: 'error',
    what: 'EOF stands before the stream is complete',
    why: 'A destination takes EOF for the end and starts the guest with what it has got so far. It prints no more than that it expected a vmdesc.',
    fix: 'look for what damaged the stream before this byte; a section that ends too early, or a page that is cut, makes a 0 look like EOF',
    cites: [
      {
        function: 'qemu_loadvm_state',
        text: 'Expected vmdescription section, but got %d',
        versions: '2.3 and later',
      },
    ],
    follows: ['machine-name'],
    invariants: ['INV-053', 'INV-266'],
  },
  watch({ facts, report }) {
    let reported = false;
    return {
      // What stands behind the end is part of what is reported here.
      supersedes: ({ rule }) => reported && rule === 'trailing-bytes',
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        let eof: number | undefined;
        const say = (offset: number, message: string): void => {
          reported = true;
          report({ message, channel: name, offset, length: 1 });
        };
        return {
          eof({ offset, packaged }) {
            if (packaged || facts.colo || eof !== undefined) return;
            eof = offset;
            if (facts.guessed || facts.postcopy) return;
            const state = facts.fulls.length > 0;
            if (!facts.ramStarted && !state) say(offset, 'EOF before any section');
            else if (facts.ramStarted && !facts.ramEnded && !state) say(offset, 'EOF before the end of RAM');
            else if (!state) say(offset, 'EOF before the state of any device');
          },
          trailing({ offset, length, elements }) {
            if (!elements || eof === undefined || reported || facts.vmdesc) return;
            say(
              eof,
              `EOF, and behind it ${length} bytes that begin with a section or command at 0x${offset.toString(16)}`,
            );
          },
        };
      },
    };
  },
};
