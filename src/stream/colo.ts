/** Decodes what follows the first, ordinary stream of a COLO migration: one round of messages and state per checkpoint. */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import {
  COLO_MESSAGE_CHECKPOINT_REQUEST,
  COLO_MESSAGE_VMSTATE_SEND,
  COLO_MESSAGE_VMSTATE_SIZE,
  coloMessageName,
} from '../wire/colo.js';
import type { Emitter } from './emitter.js';

/** The messages of a round in their order. */
const ROUND = [COLO_MESSAGE_CHECKPOINT_REQUEST, COLO_MESSAGE_VMSTATE_SEND, COLO_MESSAGE_VMSTATE_SIZE] as const;

/**
 * Reads rounds until something else than a message of COLO stands between two of them. Behind VMSTATE_SEND and inside the bytes that
 * VMSTATE_SIZE announces, `elements` reads an ordinary sequence of sections up to its EOF; it answers false where the input ends first.
 */
export async function readColoRounds(cursor: Cursor, out: Emitter, elements: () => Promise<boolean>): Promise<void> {
  for (let step = 0; ; step++) {
    const there = await cursor.fill(4);
    // What follows the first stream need not be COLO at all; what follows a message must be.
    if (step === 0 && !(there && isMessage(cursor.view.getUint32(cursor.position)))) return;
    if (!there && step % ROUND.length === 0 && !cursor.has(1)) return;
    if (!there) cursor.endsInside('COLO checkpoint');
    if (!(await readMessage(cursor, out, ROUND[step % ROUND.length]!, elements))) return;
  }
}

async function readMessage(
  cursor: Cursor,
  out: Emitter,
  expected: number,
  elements: () => Promise<boolean>,
): Promise<boolean> {
  const offset = cursor.offset;
  const message = cursor.u32();
  if (message !== expected) {
    const wanted = coloMessageName(expected)!;
    const found = coloMessageName(message) ?? hex(message);
    throw new DecodeError(
      'malformed',
      'colo-message',
      `COLO message ${found}`,
      { offset, length: 4, path: 'COLO checkpoint' },
      { expected: wanted, found },
    );
  }
  const name = coloMessageName(message)!;
  if (message !== COLO_MESSAGE_VMSTATE_SIZE) {
    out.event({ kind: 'colo', offset, length: 4, message, name });
    out.good = cursor.offset;
    return message === COLO_MESSAGE_VMSTATE_SEND ? elements() : true;
  }
  await cursor.need(8, 'COLO state size');
  const value = cursor.size64('COLO state size');
  out.event({ kind: 'colo', offset, length: 12, message, name, value });
  out.good = cursor.offset;
  const end = cursor.offset + value;
  if (!(await cursor.within(value, 'COLO state', elements))) return false;
  if (cursor.offset !== end) {
    throw new DecodeError(
      'malformed',
      'colo-message',
      `COLO state of ${value} bytes ends ${end - cursor.offset} bytes early`,
      { offset: cursor.offset },
    );
  }
  return true;
}

function isMessage(word: number): boolean {
  return ROUND.some((message) => message === word);
}
