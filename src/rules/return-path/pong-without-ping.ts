import { MIG_CMD_PING } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** No migration has more than a handful; with more than these nothing is said. */
const MAX_PINGS = 1 << 12;

interface Pong {
  readonly channel: string;
  readonly offset: number;
}

/** A PONG repeats the value of a PING. Those of a package and those beside it are not in order to each other. */
export const pongWithoutPing: Rule = {
  meta: {
    code: 'MIG360',
    name: 'pong-without-ping',
    family: 'return-path',
    severity: 'warning',
    what: 'PONG on the return path does not match PING on the main channel',
    why: 'A destination answers each PING with one PONG of the same value, and a source waits for some of them. What answers nothing is of another migration; what is not answered has not been executed, although the destination says that it has finished.',
    fix: 'see that main channel and return path are of one migration, and whole',
    cites: [{ function: 'loadvm_process_command', versions: '2.5 and later' }],
    follows: ['*'],
    invariants: ['INV-M187'],
  },
  watch({ report }) {
    const pings = new Map<number, Pong[]>();
    const pongs = new Map<number, Pong[]>();
    let finished = false;
    let all = 0;
    const note = (map: Map<number, Pong[]>, value: number, at: Pong): void => {
      if (all++ > MAX_PINGS) return;
      const known = map.get(value);
      if (known) known.push(at);
      else map.set(value, [at]);
    };
    return {
      channel({ name, role }) {
        if (role === 'main' || role === 'recovery-main') {
          return {
            command({ code, payload, offset }) {
              if (code === MIG_CMD_PING && payload.value !== undefined)
                note(pings, payload.value, { channel: name, offset });
            },
          };
        }
        if (role !== 'return-path') return undefined;
        return {
          message({ fields, offset, name: message }) {
            if (message === 'PONG') note(pongs, Number(fields.value), { channel: name, offset });
            else if (message === 'SHUT') finished = fields.status === 0;
          },
        };
      },
      end() {
        if (all > MAX_PINGS) return;
        for (const [value, answers] of pongs) {
          const asked = pings.get(value)?.length ?? 0;
          for (const at of answers.slice(asked))
            report({ message: `PONG ${value}, and no PING for it`, ...at, length: 8 });
        }
        if (!finished) return;
        for (const [value, asked] of pings) {
          const answered = pongs.get(value)?.length ?? 0;
          for (const at of asked.slice(answered))
            report({ message: `PING ${value} without a PONG, but SHUT 0`, ...at, length: 9 });
        }
      },
    };
  },
};
