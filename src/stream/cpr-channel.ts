/** Reads the CPR state channel; wire/cpr.ts has the layout. */
import { printable, type Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import {
  CPR_HEADER,
  CPR_PASSED_FD,
  CPR_VFIO_DEVICE,
  CPR_VFIO_SUBSECTION,
  CPR_VFIO_SUBSECTION_VERSION,
  QEMU_CPR_FILE_MAGIC,
  QEMU_CPR_FILE_VERSION,
} from '../wire/cpr.js';
import { readLayout } from '../bytes/layout.js';
import { QEMU_VM_SUBSECTION } from '../wire/section.js';
import type { Emitter } from './emitter.js';
import type { RecordFields } from './events.js';

const SECTION = 'CprState';
/** Far more than a path of objects takes. */
const MAX_NAME = 4096;

/**
 * Reads the channel from its magic to the end of its state; bytes behind that are left for the caller to judge.
 *
 * @throws DecodeError `section-record` where the bytes are not what a writer produces
 */
export async function decodeCprChannel(cursor: Cursor, out: Emitter): Promise<void> {
  const record = (offset: number, name: string, fields: RecordFields): void => {
    out.event({ kind: 'record', offset, length: cursor.offset - offset, section: SECTION, name, fields });
  };
  const start = cursor.offset;
  const { magic, version } = await readLayout(cursor, CPR_HEADER);
  if (magic !== QEMU_CPR_FILE_MAGIC) throw wrong('malformed', 'magic', start, hex(QEMU_CPR_FILE_MAGIC), hex(magic));
  if (version !== QEMU_CPR_FILE_VERSION) {
    throw wrong('unsupported', 'version', start + 4, `${QEMU_CPR_FILE_VERSION}`, `${version}`);
  }
  record(start, 'HEADER', { version });

  await readList(cursor, out, async (offset) => {
    const name = await readName(cursor);
    await cursor.need(4, 'CPR descriptor id');
    const id = cursor.u32() | 0;
    record(offset, 'FD', { name, id, ...(await readDescriptor(cursor)) });
  });

  if (await isSubsection(cursor)) {
    await readSubsectionHead(cursor);
    await readList(cursor, out, async (offset) => {
      const name = await readName(cursor);
      const device = await readLayout(cursor, CPR_VFIO_DEVICE);
      record(offset, 'VFIO_DEVICE', { name, ...device, devid: device.devid | 0 });
    });
  }
  record(cursor.offset, 'END', {});
}

/** A list as `qlist` is written: 1 before each element, 0 behind the last. */
async function readList(cursor: Cursor, out: Emitter, readElement: (offset: number) => Promise<void>): Promise<void> {
  for (;;) {
    const wait = out.drain();
    if (wait) await wait;
    await cursor.need(1, 'CPR list mark');
    const offset = cursor.offset;
    const mark = cursor.u8();
    if (mark === 0) return;
    if (mark !== 1) throw wrong('malformed', 'list mark', offset, '0x0 or 0x1', hex(mark));
    await readElement(offset);
  }
}

async function readName(cursor: Cursor): Promise<string> {
  await cursor.need(4, 'CPR name length');
  const offset = cursor.offset;
  const length = cursor.u32();
  if (length > MAX_NAME) throw wrong('malformed', 'name length', offset, `at most ${MAX_NAME}`, `${length}`);
  await cursor.need(length, 'CPR name');
  const bytes = cursor.bytes(length);
  return printable(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes);
}

/** A passed descriptor is one byte, and the mark of the next element follows; a number has four. */
async function readDescriptor(cursor: Cursor): Promise<RecordFields> {
  await cursor.need(2, 'CPR descriptor');
  if (cursor.peekU8() === CPR_PASSED_FD && cursor.peekU8(1) <= 1) {
    cursor.u8();
    return { passed: true };
  }
  await cursor.need(4, 'CPR descriptor');
  return { passed: false, fd: cursor.u32() | 0 };
}

async function isSubsection(cursor: Cursor): Promise<boolean> {
  return !(await cursor.atEnd()) && cursor.peekU8() === QEMU_VM_SUBSECTION;
}

async function readSubsectionHead(cursor: Cursor): Promise<void> {
  const offset = cursor.offset;
  cursor.u8();
  const name = await cursor.counted('CPR subsection');
  if (name !== CPR_VFIO_SUBSECTION) throw wrong('unsupported', 'subsection', offset, CPR_VFIO_SUBSECTION, name);
  await cursor.need(4, 'CPR subsection version');
  const version = cursor.u32();
  if (version !== CPR_VFIO_SUBSECTION_VERSION) {
    throw wrong('unsupported', 'subsection version', offset, `${CPR_VFIO_SUBSECTION_VERSION}`, `${version}`);
  }
}

function wrong(
  kind: 'malformed' | 'unsupported',
  what: string,
  offset: number,
  expected: string,
  found: string,
): DecodeError {
  const at = { offset, path: `${SECTION} > ${what}` };
  return new DecodeError(kind, 'section-record', `CPR ${what} is ${found}`, at, { expected, found });
}
