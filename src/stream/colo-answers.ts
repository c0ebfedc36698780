/**
 * Decodes what a COLO secondary says on the return path: CHECKPOINT_READY once, then CHECKPOINT_REPLY, VMSTATE_RECEIVED and
 * VMSTATE_LOADED for each checkpoint. The words stand bare among the messages of the return path, which have no type 0.
 */
import type { Cursor } from '../bytes/cursor.js';
import {
  COLO_MESSAGE_CHECKPOINT_READY,
  COLO_MESSAGE_CHECKPOINT_REPLY,
  COLO_MESSAGE_VMSTATE_LOADED,
  COLO_MESSAGE_VMSTATE_RECEIVED,
  coloMessageName,
} from '../wire/colo.js';
import type { Emitter } from './emitter.js';

const NEXT: ReadonlyMap<number, number> = new Map([
  [COLO_MESSAGE_CHECKPOINT_READY, COLO_MESSAGE_CHECKPOINT_REPLY],
  [COLO_MESSAGE_CHECKPOINT_REPLY, COLO_MESSAGE_VMSTATE_RECEIVED],
  [COLO_MESSAGE_VMSTATE_RECEIVED, COLO_MESSAGE_VMSTATE_LOADED],
  [COLO_MESSAGE_VMSTATE_LOADED, COLO_MESSAGE_CHECKPOINT_REPLY],
]);

export class ColoAnswers {
  private expected = COLO_MESSAGE_CHECKPOINT_READY;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
  ) {}

  /** True once a message of COLO has been read. */
  get started(): boolean {
    return this.expected !== COLO_MESSAGE_CHECKPOINT_READY;
  }

  /** Reads a message when one stands at the cursor, whose next four bytes are in the window. */
  async read(): Promise<boolean> {
    const { cursor, out } = this;
    const message = cursor.view.getUint32(cursor.position);
    const next = NEXT.get(message);
    if (next === undefined) return false;
    // Zeros may be anything: READY comes once, and more zeros do not follow it.
    if (message === COLO_MESSAGE_CHECKPOINT_READY && (this.started || (await this.zeroFollows()))) return false;
    const offset = cursor.offset;
    const name = `COLO_${coloMessageName(message)!}`;
    if (message !== this.expected) {
      const expected = `COLO_${coloMessageName(this.expected)!}`;
      const at = { offset, length: 4, path: 'COLO message' };
      out.problem('return-path-colo', `${name} where ${expected} was due`, at, { expected, found: name });
    }
    cursor.position += 4;
    this.expected = next;
    out.event({ kind: 'message', offset, length: 4, type: message, name, fields: {} });
    return true;
  }

  private async zeroFollows(): Promise<boolean> {
    const { cursor } = this;
    return (await cursor.fill(8)) && cursor.view.getUint32(cursor.position + 4) === 0;
  }
}
