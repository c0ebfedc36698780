import { hex } from '../../finding.js';
import { MIG_CMD_POSTCOPY_RESUME, MIG_CMD_RECV_BITMAP } from '../../wire/command.js';
import type { Rule } from '../rule.js';

const RESUME_ACK_VALUE = 1;

/** What is kept of a migration: blocks times recoveries. */
const MAX_ANSWERS = 1 << 14;

interface Answer {
  /** '' for RESUME_ACK. */
  readonly block: string;
  readonly channel: string;
  readonly offset: number;
  readonly length: number;
}

/** A recovery asks for the bitmap of each block and then for RESUME; the destination answers in that order. */
export const recoveryAnswers: Rule = {
  meta: {
    code: 'MIG366',
    name: 'recovery-answers',
    family: 'return-path',
    severity: 'error',
    what: 'an answer of a recovery answers nothing, or not what was asked',
    why: 'A source takes bitmaps only while it recovers, one for each block that it has asked for. With the bitmap of another block, or one of another size, it sends the wrong pages or gives up; RESUME_ACK has to be 1.',
    fix: 'see that main channels and return paths are of one migration, and all there',
    cites: [
      {
        function: 'ram_dirty_bitmap_reload',
        text: 'Reload bitmap in incorrect state %s',
        versions: '3.0 and later',
      },
      {
        function: 'ram_dirty_bitmap_reload',
        text: "ramblock '%s' bitmap size mismatch (0x%lx != 0x%lx)",
        versions: '3.0 and later',
      },
      { function: 'migrate_handle_rp_resume_ack', text: 'illegal resume_ack value %d', versions: '3.0 and later' },
    ],
    follows: ['return-path-message', 'return-path-length', 'capture-main'],
    invariants: ['INV-M181', 'INV-M182', 'INV-M183', 'INV-M186', 'INV-M188'],
  },
  watch({ facts, report }) {
    /** What recoveries asked for: the names of blocks, and '' for RESUME. */
    const asked: string[] = [];
    const answers: Answer[] = [];
    const [, size, value] = recoveryAnswers.meta.cites;
    return {
      channel({ name, role }) {
        if (role === 'recovery-main') {
          return {
            command({ code, payload }) {
              if (asked.length > MAX_ANSWERS) return;
              if (code === MIG_CMD_RECV_BITMAP) asked.push(payload.block ?? '?');
              else if (code === MIG_CMD_POSTCOPY_RESUME) asked.push('');
            },
          };
        }
        if (role !== 'return-path') return undefined;
        return {
          message({ name: message, fields, offset, length }) {
            if (answers.length > MAX_ANSWERS) return;
            const at = { channel: name, offset, length };
            if (message === 'RESUME_ACK') {
              answers.push({ block: '', ...at });
              const found = Number(fields.value);
              if (found === RESUME_ACK_VALUE) return;
              const wrong = `RESUME_ACK with ${hex(found)}`;
              report({
                message: wrong,
                ...at,
                expected: `${RESUME_ACK_VALUE}`,
                found: hex(found),
                ...(value && { cite: value }),
              });
            } else if (message === 'RECV_BITMAP') {
              const block = String(fields.block);
              answers.push({ block, ...at });
              const length = facts.blocks.get(block)?.usedLength;
              if (length === undefined || facts.pageSize === undefined) return;
              const expected = 8 * Math.ceil(length / facts.pageSize / 64);
              if (fields.size === expected) return;
              const wrong = `bitmap of ${block} with ${Number(fields.size)} bytes`;
              report({
                message: wrong,
                ...at,
                expected: `${expected}`,
                found: `${Number(fields.size)}`,
                ...(size && { cite: size }),
              });
            }
          },
        };
      },
      end() {
        // A connection can break before all is answered, so that questions may be passed over, but not answers.
        if (Math.max(asked.length, answers.length) > MAX_ANSWERS) return;
        let next = 0;
        for (const { block, ...at } of answers) {
          const found = asked.indexOf(block, next);
          if (found >= 0) {
            next = found + 1;
            continue;
          }
          const what = block === '' ? 'RESUME_ACK' : `bitmap of ${block}`;
          const why = asked.length === 0 ? 'no recovery has asked' : 'it is not what was asked for next';
          report({ message: `${what}, and ${why}`, ...at });
          return;
        }
      },
    };
  },
};
