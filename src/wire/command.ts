/**
 * QEMU_VM_COMMAND: what the source tells the destination to do.
 *
 *     0  1  0x08
 *     1  2  command
 *     3  2  n, length of the payload
 *     5  n  payload
 *
 * Writer: `qemu_savevm_command_send` (migration/savevm.c), since 2.5. Loader: `loadvm_process_command`.
 */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import { layout } from '../bytes/layout.js';
import { isPageSize } from './page-size.js';

export const MIG_CMD_OPEN_RETURN_PATH = 1;
export const MIG_CMD_PING = 2;
export const MIG_CMD_POSTCOPY_ADVISE = 3;
export const MIG_CMD_POSTCOPY_LISTEN = 4;
export const MIG_CMD_POSTCOPY_RUN = 5;
export const MIG_CMD_POSTCOPY_RAM_DISCARD = 6;
export const MIG_CMD_PACKAGED = 7;
export const MIG_CMD_ENABLE_COLO = 8;
export const MIG_CMD_POSTCOPY_RESUME = 9;
export const MIG_CMD_RECV_BITMAP = 10;
export const MIG_CMD_SWITCHOVER_START = 11;

/** `QEMU_VM_PING_PACKAGED_LOADED`: asks whether the package has been loaded; 10.2 and later. */
export const PING_PACKAGED_LOADED = 0x42;

export const COMMAND_HEADER = layout('command header', [
  ['code', 'u16'],
  ['length', 'u16'],
]);

export interface CommandInfo {
  readonly name: string;
  /** The payload lengths that a loader accepts. */
  readonly lengths: (length: number) => boolean;
  readonly expected: string;
  readonly since: string;
  readonly what: string;
}

const none = { lengths: (n: number) => n === 0, expected: '0' };
const four = { lengths: (n: number) => n === 4, expected: '4' };

/** Every command that any release knows, by number (`mig_cmd_args`). */
export const COMMANDS: ReadonlyMap<number, CommandInfo> = new Map([
  [
    MIG_CMD_OPEN_RETURN_PATH,
    { name: 'OPEN_RETURN_PATH', ...none, since: '2.5', what: 'answer on the same connection' },
  ],
  [MIG_CMD_PING, { name: 'PING', ...four, since: '2.5', what: 'answer with the same number' }],
  [
    MIG_CMD_POSTCOPY_ADVISE,
    {
      name: 'POSTCOPY_ADVISE',
      lengths: (n: number) => n === 0 || n === 16,
      expected: '0 or 16',
      since: '2.5',
      what: 'postcopy may follow; the page sizes of the source',
    },
  ],
  [MIG_CMD_POSTCOPY_LISTEN, { name: 'POSTCOPY_LISTEN', ...none, since: '2.5', what: 'start to take pages on demand' }],
  [MIG_CMD_POSTCOPY_RUN, { name: 'POSTCOPY_RUN', ...none, since: '2.5', what: 'start the guest' }],
  [
    MIG_CMD_POSTCOPY_RAM_DISCARD,
    {
      name: 'POSTCOPY_RAM_DISCARD',
      lengths: (n: number) => n >= 20,
      expected: 'at least 20',
      since: '2.5',
      what: 'forget these ranges, they changed after they were sent',
    },
  ],
  [MIG_CMD_PACKAGED, { name: 'PACKAGED', ...four, since: '2.5', what: 'a stream within the stream follows' }],
  [MIG_CMD_ENABLE_COLO, { name: 'ENABLE_COLO', ...none, since: '3.1', what: 'COLO checkpoints follow (up to 10.2)' }],
  [MIG_CMD_POSTCOPY_RESUME, { name: 'POSTCOPY_RESUME', ...none, since: '3.0', what: 'go on after a lost connection' }],
  [
    MIG_CMD_RECV_BITMAP,
    {
      name: 'RECV_BITMAP',
      lengths: (n: number) => n >= 2,
      expected: 'at least 2',
      since: '3.0',
      what: 'tell which pages of this block have arrived',
    },
  ],
  [MIG_CMD_SWITCHOVER_START, { name: 'SWITCHOVER_START', ...none, since: '10.0', what: 'the source has stopped' }],
]);

/** The name of a command, or its number where no release knows it. */
export function commandName(code: number): string {
  return COMMANDS.get(code)?.name ?? `command ${hex(code)}`;
}

/** A decoded payload; what a command does not carry is left out. */
export interface CommandPayload {
  /** PING. */
  readonly value?: number;
  /** POSTCOPY_ADVISE: OR of the page sizes of all blocks, and the target page size, both in bytes. */
  readonly pageSizeSummary?: bigint;
  readonly targetPageSize?: number;
  /** POSTCOPY_RAM_DISCARD, RECV_BITMAP. */
  readonly block?: string;
  /** POSTCOPY_RAM_DISCARD: start and length in bytes within the block. */
  readonly ranges?: readonly (readonly [start: bigint, length: bigint])[];
  /** PACKAGED: bytes of the stream that follows. */
  readonly packagedLength?: number;
}

const ADVISE = layout('POSTCOPY_ADVISE', [
  ['pageSizeSummary', 'u64'],
  ['targetPageSize', 'u64'],
]);

/**
 * Decodes a payload of `length` bytes, which stand in the window.
 *
 * @throws DecodeError `malformed` where the loader would refuse it; the caller steps over the payload all the same
 */
export function readCommandPayload(cursor: Cursor, code: number, length: number): CommandPayload {
  const offset = cursor.offset;
  const info = COMMANDS.get(code);
  if (!info) return {};
  if (!info.lengths(length)) {
    throw malformed(offset, `${info.name} with a payload of ${length} bytes`, info.expected, `${length}`);
  }
  switch (code) {
    case MIG_CMD_PING:
      return { value: cursor.u32() };
    case MIG_CMD_PACKAGED:
      return { packagedLength: cursor.u32() };
    case MIG_CMD_POSTCOPY_ADVISE: {
      if (length === 0) return {};
      const { pageSizeSummary, targetPageSize } = ADVISE.parse(cursor.bytes(ADVISE.size), offset);
      if (!isPageSize(Number(targetPageSize))) {
        throw malformed(offset + 8, 'target page size in POSTCOPY_ADVISE', 'a page size', hex(targetPageSize));
      }
      return { pageSizeSummary, targetPageSize: Number(targetPageSize) };
    }
    case MIG_CMD_RECV_BITMAP: {
      const name = cursor.u8();
      if (name !== length - 1) throw malformed(offset, 'RECV_BITMAP block name length', `${length - 1}`, `${name}`);
      return { block: cursor.text(name) };
    }
    case MIG_CMD_POSTCOPY_RAM_DISCARD:
      return readDiscard(cursor, length);
    default:
      return {};
  }
}

/** version (1, 0), counted block name, 0x00, then pairs of start and length (8 + 8). */
function readDiscard(cursor: Cursor, length: number): CommandPayload {
  const offset = cursor.offset;
  const version = cursor.u8();
  if (version !== 0) throw malformed(offset, 'POSTCOPY_RAM_DISCARD version', '0', `${version}`);
  const nameLength = cursor.u8();
  const rest = length - 3 - nameLength;
  if (nameLength === 0 || rest < 16 || rest % 16 !== 0) {
    throw malformed(offset + 1, 'POSTCOPY_RAM_DISCARD lengths', 'pairs of 16 bytes after the name', `${rest} bytes`);
  }
  const block = cursor.text(nameLength);
  const nul = cursor.u8();
  if (nul !== 0) throw malformed(cursor.offset - 1, 'byte after the block name in POSTCOPY_RAM_DISCARD', '0', hex(nul));
  const ranges: (readonly [start: bigint, length: bigint])[] = [];
  // No literal: V8 may find that those of a while live long, and puts all further ones where nothing is freed for long.
  for (let left = rest; left > 0; left -= 16) ranges.push(Array.of(cursor.u64(), cursor.u64()) as [bigint, bigint]);
  return { block, ranges };
}

function malformed(offset: number, what: string, expected: string, found: string): DecodeError {
  return new DecodeError(
    'malformed',
    'command-payload',
    `${what}: found ${found}, expected ${expected}`,
    { offset },
    {
      expected,
      found,
    },
  );
}
