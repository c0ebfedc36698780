/**
 * Tells by its first bytes what a channel or file is.
 *
 * Sources: `migration_ioc_process_incoming` (migration/migration.c) for the channels; the formats' own documents for the rest.
 */
import { COLO_MESSAGE_CHECKPOINT_READY, COLO_MESSAGE_CHECKPOINT_REPLY } from '../wire/colo.js';
import { QEMU_CPR_FILE_MAGIC } from '../wire/cpr.js';
import { QEMU_VM_FILE_MAGIC } from '../wire/file-header.js';
import { MULTIFD_MAGIC } from '../wire/multifd.js';
import { RAM_SAVE_FLAG_CONTINUE, RAM_SAVE_FLAG_EOS, RAM_SAVE_FLAG_PAGE, RAM_SAVE_FLAG_ZERO } from '../wire/ram.js';
import { isReturnPathLength, MIG_RP_MSG_RECV_BITMAP, RETURN_PATH_MESSAGES } from '../wire/return-path.js';

/** What a channel carries. */
export const CHANNEL_ROLES = ['main', 'recovery-main', 'multifd', 'preempt', 'return-path', 'cpr'] as const;
export type ChannelRole = (typeof CHANNEL_ROLES)[number];

export type Sniffed =
  | { readonly role: ChannelRole }
  /** Something that is no channel, in words that complete "this is …". */
  | { readonly other: string; readonly hint: string };

/** Bytes that `sniff` wants to see, where there are as many. */
export const SNIFF_SIZE = 64;

const MAGICS: readonly (readonly [magic: string, result: Sniffed])[] = [
  [QEMU_VM_FILE_MAGIC.toString(16), { role: 'main' }],
  [MULTIFD_MAGIC.toString(16), { role: 'multifd' }],
  [QEMU_CPR_FILE_MAGIC.toString(16), { role: 'cpr' }],
  // pcap of either byte order and resolution, and pcapng.
  ...['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a'].map(
    (magic) =>
      [magic, { other: 'a packet capture', hint: 'name it alone: it holds all channels of its migration' }] as const,
  ),
  [
    '160301',
    { other: 'a TLS connection', hint: 'what is encrypted on the wire can only be recorded by one of its ends' },
  ],
  [
    '160303',
    { other: 'a TLS connection', hint: 'what is encrypted on the wire can only be recorded by one of its ends' },
  ],
  ['7f454c46', { other: 'an ELF file', hint: 'a memory dump is no migration stream' }],
  ['7b', { other: 'JSON text', hint: 'a vmdesc alone is no migration stream; give it with --vmdesc' }],
];

/** What a COLO secondary says first, where it had nothing to say before. */
const COLO_ANSWERS = [COLO_MESSAGE_CHECKPOINT_READY, COLO_MESSAGE_CHECKPOINT_REPLY] as const;

/** Recognises a channel or file by up to `SNIFF_SIZE` first bytes; undefined when they say nothing. */
export function sniff(bytes: Uint8Array): Sniffed | undefined {
  const hexText = Buffer.from(bytes.subarray(0, SNIFF_SIZE)).toString('hex');
  const known = MAGICS.find(([magic]) => hexText.startsWith(magic));
  if (known) return known[1];
  // RECV_BITMAP or POSTCOPY_RESUME: how a connection begins that takes up a broken postcopy.
  if (/^08000a00|^0800090000/.test(hexText)) return { role: 'recovery-main' };
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SNIFF_SIZE));
  if (isReturnPath(head) || isColoAnswers(head)) return { role: 'return-path' };
  if (isPreempt(head)) return { role: 'preempt' };
  return undefined;
}

/** The identity in the first packet of a multifd channel; undefined when the packet is not all there. */
export function multifdIdentity(bytes: Uint8Array): { readonly id: number; readonly uuid: string } | undefined {
  if (bytes.length < SNIFF_SIZE) return undefined;
  const uuid = Buffer.from(bytes.subarray(8, 24)).toString('hex');
  return { id: bytes[24]!, uuid: uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') };
}

/** Every message that can be seen has a known type and a length that fits it. */
function isReturnPath(head: Buffer): boolean {
  let at = 0;
  while (at + 4 <= head.length) {
    const type = head.readUInt16BE(at);
    const length = head.readUInt16BE(at + 2);
    // COLO takes over behind an ordinary start.
    if (type === 0) return at > 0 && length <= 6;
    const message = RETURN_PATH_MESSAGES.get(type);
    if (!message || !isReturnPathLength(message, length)) return false;
    if (message.named) {
      if (!hasName(head, at + 4 + message.fixed, length - message.fixed - 1)) return false;
      // A bitmap of any size follows.
      if (type === MIG_RP_MSG_RECV_BITMAP) return true;
    }
    at += 4 + length;
  }
  return at > 0;
}

function isColoAnswers(head: Buffer): boolean {
  const words = COLO_ANSWERS.filter((_, index) => head.length >= 4 * (index + 1));
  return (
    words.length > 0 && head.length % 4 === 0 && words.every((word, index) => head.readUInt32BE(4 * index) === word)
  );
}

/** A RAM record, ZERO, PAGE or EOS: nothing else says what a preempt channel is. The first one names its block, but for EOS. */
function isPreempt(head: Buffer): boolean {
  if (head.length < 8 || head.readUInt16BE(0) !== 0) return false;
  const low = head.readUInt32BE(4);
  if (head.readUInt32BE(0) === 0 && low === RAM_SAVE_FLAG_EOS) return true;
  const type = low & 0xff & ~RAM_SAVE_FLAG_CONTINUE;
  if (type !== RAM_SAVE_FLAG_ZERO && type !== RAM_SAVE_FLAG_PAGE) return false;
  // Such a record cannot be the first; where it is, no name helps to tell it from other things.
  if (low & RAM_SAVE_FLAG_CONTINUE) return (low & 0x3ff & ~RAM_SAVE_FLAG_CONTINUE) === type;
  return head.length === 8 || (head[8]! > 0 && hasName(head, 8, head[8]!));
}

/** A counted name of this length, as far as it can be seen. */
function hasName(head: Buffer, at: number, length: number): boolean {
  if (at >= head.length) return true;
  return head[at] === length && head.subarray(at + 1, at + 1 + length).every((byte) => byte >= 0x20 && byte < 0x7f);
}
