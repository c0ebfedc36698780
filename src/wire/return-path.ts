/**
 * Messages of the return path, from the destination to the source.
 *
 *     0  2  type
 *     2  2  n, length of the payload
 *     4  n  payload
 *
 * | type | name           | length | payload                                                | since |
 * | ---- | -------------- | ------ | ------------------------------------------------------ | ----- |
 * | 1    | SHUT           | 4      | status (4): 0 when the destination has loaded it all   | 2.5   |
 * | 2    | PONG           | 4      | the value of the PING (4)                              | 2.5   |
 * | 3    | REQ_PAGES_ID   | 13 + k | start (8), length (4), counted block name              | 2.5   |
 * | 4    | REQ_PAGES      | 12     | start (8), length (4) in the block of the last request | 2.5   |
 * | 5    | RECV_BITMAP    | 1 + k  | counted block name; a trailer follows                  | 3.0   |
 * | 6    | RESUME_ACK     | 4      | 1                                                      | 3.0   |
 * | 7    | SWITCHOVER_ACK | 0      |                                                        | 8.1   |
 *
 * The trailer of RECV_BITMAP is not counted in its length:
 *
 *     0  8  s, bytes of the bitmap: a multiple of 8
 *     8  s  one bit for each page that has arrived, little-endian whatever the host
 *   8+s  8  0x0123456789abcdef
 *
 * Writer: `migrate_send_rp_message` (migration/migration.c), `ramblock_recv_bitmap_send` (migration/ram.c).
 * Loader: `source_return_path_thread`, `ram_dirty_bitmap_reload`.
 */
import { layout } from '../bytes/layout.js';

export const MIG_RP_MSG_SHUT = 1;
export const MIG_RP_MSG_PONG = 2;
export const MIG_RP_MSG_REQ_PAGES_ID = 3;
export const MIG_RP_MSG_REQ_PAGES = 4;
export const MIG_RP_MSG_RECV_BITMAP = 5;
export const MIG_RP_MSG_RESUME_ACK = 6;
export const MIG_RP_MSG_SWITCHOVER_ACK = 7;

/** `RAMBLOCK_RECV_BITMAP_ENDING`. */
export const RAMBLOCK_RECV_BITMAP_ENDING = 0x0123456789abcdefn;
/** A bit for each 1 KiB of the 2^52 bytes that a guest can address. */
export const MAX_RECV_BITMAP = 2 ** 39;

export const RP_HEADER = layout('return path message', [
  ['type', 'u16'],
  ['length', 'u16'],
]);

export const RP_WORD = layout('return path payload', [['value', 'u32']]);

export const RP_REQ_PAGES = layout('page request', [
  ['start', 'size64'],
  ['length', 'u32'],
]);

export interface ReturnPathMessageInfo {
  readonly name: string;
  /** Bytes of the payload before the counted block name, or in all where there is none. */
  readonly fixed: number;
  /** A counted block name ends the payload. */
  readonly named: boolean;
  readonly since: string;
  readonly what: string;
}

/** Every message that any release knows, by number (`rp_cmd_args`). */
export const RETURN_PATH_MESSAGES: ReadonlyMap<number, ReturnPathMessageInfo> = new Map([
  [MIG_RP_MSG_SHUT, { name: 'SHUT', fixed: 4, named: false, since: '2.5', what: 'the destination has finished' }],
  [MIG_RP_MSG_PONG, { name: 'PONG', fixed: 4, named: false, since: '2.5', what: 'the answer to a PING' }],
  [
    MIG_RP_MSG_REQ_PAGES_ID,
    { name: 'REQ_PAGES_ID', fixed: 12, named: true, since: '2.5', what: 'send these pages of this block' },
  ],
  [
    MIG_RP_MSG_REQ_PAGES,
    { name: 'REQ_PAGES', fixed: 12, named: false, since: '2.5', what: 'send these pages of the same block' },
  ],
  [
    MIG_RP_MSG_RECV_BITMAP,
    { name: 'RECV_BITMAP', fixed: 0, named: true, since: '3.0', what: 'the pages of this block that have arrived' },
  ],
  [MIG_RP_MSG_RESUME_ACK, { name: 'RESUME_ACK', fixed: 4, named: false, since: '3.0', what: 'go on with postcopy' }],
  [
    MIG_RP_MSG_SWITCHOVER_ACK,
    { name: 'SWITCHOVER_ACK', fixed: 0, named: false, since: '8.1', what: 'the source may stop its guest' },
  ],
]);

/** The payload lengths that a message may have. A counted name has a length byte and 1 to 255 bytes. */
export function isReturnPathLength({ fixed, named }: ReturnPathMessageInfo, length: number): boolean {
  return named ? length >= fixed + 2 && length <= fixed + 256 : length === fixed;
}

/** The same in words. */
export function returnPathLengths({ fixed, named }: ReturnPathMessageInfo): string {
  return named ? `${fixed + 2} to ${fixed + 256}` : `${fixed}`;
}
