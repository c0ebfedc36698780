/**
 * COLO messages: 32-bit words between the checkpoints on the main channel, and the answers to them on the return path.
 *
 * Writer: `colo_send_message` (migration/colo.c), since 2.8.
 */
export const COLO_MESSAGE_CHECKPOINT_READY = 0;
export const COLO_MESSAGE_CHECKPOINT_REQUEST = 1;
export const COLO_MESSAGE_CHECKPOINT_REPLY = 2;
export const COLO_MESSAGE_VMSTATE_SEND = 3;
export const COLO_MESSAGE_VMSTATE_SIZE = 4;
export const COLO_MESSAGE_VMSTATE_RECEIVED = 5;
export const COLO_MESSAGE_VMSTATE_LOADED = 6;

const NAMES = [
  'CHECKPOINT_READY',
  'CHECKPOINT_REQUEST',
  'CHECKPOINT_REPLY',
  'VMSTATE_SEND',
  'VMSTATE_SIZE',
  'VMSTATE_RECEIVED',
  'VMSTATE_LOADED',
] as const;

/** The name of a message, or undefined for a number that is none. */
export function coloMessageName(message: number): string | undefined {
  return NAMES[message];
}
