/**
 * Tells whether an element of the main channel may begin at a byte. The stream is not self-delimiting: the end of a device
 * section, and the place to go on after damage, are found by what follows.
 */
import { COMMANDS } from '../wire/command.js';
import {
  QEMU_VM_COMMAND,
  QEMU_VM_EOF,
  QEMU_VM_SECTION_END,
  QEMU_VM_SECTION_FULL,
  QEMU_VM_SECTION_PART,
  QEMU_VM_SECTION_START,
  QEMU_VM_VMDESCRIPTION,
} from '../wire/section.js';

/** Bytes behind a position that are enough to judge it. */
export const PLAUSIBLE_LOOKAHEAD = 1 + 4 + 1 + 255 + 8;

/** `strong`: what follows has the shape of an element; `weak`: it could be one, as could anything. */
export type Plausibility = 'strong' | 'weak' | 'no';

/**
 * Judges the bytes from `at` on, of which those before `limit` are there.
 *
 * @param started whether a START opened this section id
 */
export function elementAt(buffer: Buffer, at: number, limit: number, started: (id: number) => boolean): Plausibility {
  if (at >= limit) return 'strong';
  const there = limit - at;
  switch (buffer[at]) {
    case QEMU_VM_SECTION_START:
    case QEMU_VM_SECTION_FULL:
      return there < 7 || hasName(buffer, at + 5, limit) ? 'strong' : 'no';
    case QEMU_VM_SECTION_PART:
    case QEMU_VM_SECTION_END:
      return there < 5 || started(buffer.readUInt32BE(at + 1)) ? 'strong' : 'no';
    case QEMU_VM_COMMAND:
      return there < 5 || isCommand(buffer.readUInt16BE(at + 1), buffer.readUInt16BE(at + 3)) ? 'strong' : 'no';
    case QEMU_VM_EOF:
      return afterEof(buffer, at + 1, limit);
    default:
      return 'no';
  }
}

function hasName(buffer: Buffer, at: number, limit: number): boolean {
  const length = buffer[at]!;
  if (length === 0) return false;
  for (let i = at + 1; i < Math.min(limit, at + 1 + length); i++)
    if (buffer[i]! < 0x20 || buffer[i]! > 0x7e) return false;
  return true;
}

function isCommand(code: number, length: number): boolean {
  return COMMANDS.get(code)?.lengths(length) ?? false;
}

/** Behind the EOF byte: the vmdesc, a COLO message, or nothing. Zeros may be padding. */
function afterEof(buffer: Buffer, at: number, limit: number): Plausibility {
  if (at >= limit) return 'strong';
  if (buffer[at] === QEMU_VM_VMDESCRIPTION) return at + 5 >= limit || buffer[at + 5] === 0x7b ? 'strong' : 'no';
  if (at + 4 <= limit && buffer.readUInt32BE(at) === 1) return 'strong';
  return buffer[at] === 0 ? 'weak' : 'no';
}
