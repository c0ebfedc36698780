/** Decodes what follows the first, ordinary stream of a COLO migration: one round of messages and state per checkpoint. */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError } from '../finding.js';
import {
  COLO_MESSAGE_CHECKPOINT_REQUEST,
  COLO_MESSAGE_VMSTATE_SEND,
  COLO_MESSAGE_VMSTATE_SIZE,
  coloMessageName,
} from '../wire/colo.js';
import type { Emitter } from './emitter.js';

/**
 * Reads rounds while a message of COLO stands at the cursor. Behind VMSTATE_SEND and inside the bytes that VMSTATE_SIZE announces,
 * `elements` reads an ordinary sequence of sections up to its EOF.
 */
export async function readColoRounds(cursor: Cursor, out: Emitter, elements: () => Promise<void>): Promise<void> {
  while ((await cursor.fill(4)) && isMessage(cursor.view.getUint32(cursor.position))) {
    const offset = cursor.offset;
    const message = cursor.u32();
    const name = coloMessageName(message)!;
    if (message === COLO_MESSAGE_VMSTATE_SIZE) {
      await cursor.need(8, 'COLO state size');
      const value = cursor.size64('COLO state size');
      out.event({ kind: 'colo', offset, length: 12, message, name, value });
      out.good = cursor.offset;
      const end = cursor.offset + value;
      await cursor.within(value, 'COLO state', elements);
      if (cursor.offset !== end) {
        throw new DecodeError(
          'malformed',
          'colo-message',
          `COLO state of ${value} bytes ends ${end - cursor.offset} bytes early`,
          {
            offset: cursor.offset,
          },
        );
      }
    } else {
      out.event({ kind: 'colo', offset, length: 4, message, name });
      out.good = cursor.offset;
      if (message === COLO_MESSAGE_VMSTATE_SEND) await elements();
    }
  }
}

function isMessage(word: number): boolean {
  return (
    word === COLO_MESSAGE_CHECKPOINT_REQUEST || word === COLO_MESSAGE_VMSTATE_SEND || word === COLO_MESSAGE_VMSTATE_SIZE
  );
}
