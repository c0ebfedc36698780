/**
 * The CONFIGURATION section: what both sides must have in common.
 *
 *     0  1  0x07
 *     1  4  n, length of the machine type's name
 *     5  n  machine type, no terminator
 *     …     subsections: 0x05, counted name, version (4), fields
 *
 * | subsection                       | fields                            | since |
 * | configuration/target-page-bits   | page bits (4)                     | 2.9   |
 * | configuration/capabilities       | count (4), count × counted string | 4.0   |
 * | configuration/uuid               | uuid (16)                         | 4.2   |
 *
 * Writer: `vmstate_configuration` (migration/savevm.c), since 2.4; absent with `send-configuration=off`.
 */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import { QEMU_VM_SUBSECTION } from './section.js';

export interface Configuration {
  readonly machine: string;
  /** log2 of the target page size, where the stream says it. */
  readonly pageBits?: number;
  readonly capabilities?: readonly string[];
  readonly uuid?: string;
  /** The subsections in stream order. */
  readonly subsections: readonly { readonly name: string; readonly version: number; readonly offset: number }[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const PREFIX = 'configuration/';
/** Longer names are refused: QEMU's are below 40 bytes, and 4 KiB keeps a hostile length from being believed. */
const MAX_MACHINE_NAME = 4096;
/** QEMU has about twenty capabilities, of which it writes two. */
const MAX_CAPABILITIES = 256;
/** QEMU has three. */
const MAX_SUBSECTIONS = 64;

/**
 * Reads the section; the cursor stands behind the type byte.
 *
 * @param progress told after the name and after each subsection how far the input has been understood
 */
export async function readConfiguration(
  cursor: Cursor,
  progress: (offset: number) => void = () => undefined,
): Promise<Configuration> {
  await cursor.need(4, 'machine type length');
  const offset = cursor.offset;
  const length = cursor.u32();
  if (length > MAX_MACHINE_NAME) {
    throw new DecodeError(
      'malformed',
      'configuration-name',
      `machine type name of ${hex(length)} bytes`,
      { offset, length: 4, path: cursor.path('configuration > len') },
      { expected: `at most ${MAX_MACHINE_NAME} bytes`, found: `${length}` },
    );
  }
  await cursor.need(length, 'machine type');
  const configuration: Mutable<Configuration> = { machine: cursor.text(length), subsections: [] };
  const subsections: { name: string; version: number; offset: number }[] = [];
  configuration.subsections = subsections;
  progress(cursor.offset);
  while ((await cursor.fill(1)) && cursor.peekU8() === QEMU_VM_SUBSECTION) {
    const at = cursor.offset;
    if (subsections.length === MAX_SUBSECTIONS) {
      throw new DecodeError('malformed', 'implausible-value', `more than ${MAX_SUBSECTIONS} subsections`, {
        offset: at,
        path: 'configuration',
      });
    }
    cursor.u8();
    const name = await cursor.counted('configuration subsection name');
    await cursor.need(4, name);
    const version = cursor.u32();
    subsections.push({ name, version, offset: at });
    const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
    if (reader) await reader(cursor, configuration);
    else if (!(await skipUnknown(cursor))) {
      throw new DecodeError('unsupported', 'unknown-subsection', `unknown subsection ${name} (version ${version})`, {
        offset: at,
        path: `configuration > ${name}`,
      });
    }
    progress(cursor.offset);
  }
  return configuration;
}

const READERS: Record<string, (cursor: Cursor, into: Mutable<Configuration>) => Promise<void>> = {
  [`${PREFIX}target-page-bits`]: async (cursor, into) => {
    await cursor.need(4, 'target page bits');
    const offset = cursor.offset;
    const bits = cursor.u32();
    if (bits < 8 || bits > 16) {
      throw new DecodeError(
        'malformed',
        'implausible-value',
        `target page bits of ${bits}`,
        { offset, length: 4, path: 'configuration > target-page-bits' },
        { expected: '8 to 16', found: `${bits}` },
      );
    }
    into.pageBits = bits;
  },
  [`${PREFIX}capabilities`]: async (cursor, into) => {
    await cursor.need(4, 'capability count');
    const offset = cursor.offset;
    const count = cursor.u32();
    if (count > MAX_CAPABILITIES) {
      throw new DecodeError(
        'malformed',
        'implausible-value',
        `a list of ${count} capabilities`,
        { offset, length: 4, path: 'configuration > capabilities > caps_count' },
        { expected: `at most ${MAX_CAPABILITIES}`, found: `${count}` },
      );
    }
    const names: string[] = [];
    into.capabilities = names;
    for (let i = 0; i < count; i++) names.push(await cursor.counted('capability name'));
  },
  [`${PREFIX}uuid`]: async (cursor, into) => {
    await cursor.need(16, 'uuid');
    const digits = cursor.bytes(16).toString('hex');
    into.uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  },
};

/**
 * Steps over a subsection that no released QEMU writes: to the next subsection, or to the first section header. Only short
 * ones can be told from what follows.
 */
async function skipUnknown(cursor: Cursor): Promise<boolean> {
  const most = 4096;
  await cursor.fill(most + 512);
  const { buffer, position, limit } = cursor;
  for (let at = position; at < Math.min(limit, position + most); at++) {
    const next = buffer.subarray(at, limit);
    if (opensSubsection(next) || opensElement(next)) {
      cursor.position = at;
      return true;
    }
  }
  return false;
}

function opensSubsection(bytes: Buffer): boolean {
  return bytes[0] === QEMU_VM_SUBSECTION && bytes.toString('latin1', 2, 2 + PREFIX.length) === PREFIX;
}

/** A START or FULL of a section with a printable name, or one of the commands that come before the first section. */
function opensElement(bytes: Buffer): boolean {
  if (bytes.length < 16) return false;
  if (bytes[0] === 0x08) return bytes[1] === 0 && bytes[2]! >= 1 && bytes[2]! <= 3 && bytes[3] === 0;
  if (bytes[0] !== 0x01 && bytes[0] !== 0x04) return false;
  const length = bytes[5]!;
  const name = bytes.subarray(6, 6 + length);
  return length > 0 && name.length === length && name.every((byte) => byte > 0x20 && byte < 0x7f);
}
