/** Finds the vmdesc at the end of a source that can seek, before the stream in front of it is read. */
import type { ByteSource } from '../bytes/source.js';
import { QEMU_VM_EOF, QEMU_VM_VMDESCRIPTION } from '../wire/section.js';
import { MAX_VMDESC, parseVmdesc, type VmstateDescription } from '../vmstate/vmdesc.js';

/** The part of the end that is searched: the longest vmdesc and what may follow it, and little to read. */
const TAIL = 2 * MAX_VMDESC;
const STEP = 1 << 20;
/** How the JSON of every release begins (`json_writer_start_object`, migration/savevm.c). */
const OPENINGS = ['{"configuration"', '{"page_size"', '{ "page_size"', '{ "configuration"'].map((text) =>
  Buffer.from(text),
);

export interface FoundVmdesc {
  readonly description: VmstateDescription;
  /** Where the EOF stands that it follows. */
  readonly eof: number;
}

/** The description at the end of a source; undefined where there is none, or none that can be read. */
export function findVmdesc(source: ByteSource): VmstateDescription | undefined {
  return locateVmdesc(source)?.description;
}

/** Looks backwards for `00 06 length {"…`, which is EOF, type byte, length and the first key. */
export function locateVmdesc(source: ByteSource): FoundVmdesc | undefined {
  const { size, readAt } = source;
  if (size === undefined || !readAt) return undefined;
  const overlap = 64;
  const room = Buffer.alloc(Math.min(size, STEP + overlap));
  for (let end = size; end > 0 && end > size - TAIL; end -= STEP) {
    const start = Math.max(0, end - STEP);
    const part = room.subarray(0, Math.min(size, end + overlap) - start);
    if (readAt.call(source, part, start) < part.length) return undefined;
    for (let at = part.lastIndexOf(0x7b); at >= 6; at = part.lastIndexOf(0x7b, at - 1)) {
      if (part[at - 5] !== QEMU_VM_VMDESCRIPTION || part[at - 6] !== QEMU_VM_EOF) continue;
      const length = part.readUInt32BE(at - 4);
      if (start + at + length > size || !OPENINGS.some((opening) => part.indexOf(opening, at) === at)) continue;
      const description = read(source, start + at, length);
      return description && { description, eof: start + at - 6 };
    }
  }
  return undefined;
}

function read(source: ByteSource, offset: number, length: number): VmstateDescription | undefined {
  if (length > MAX_VMDESC) return undefined;
  const text = Buffer.alloc(length);
  source.readAt!(text, offset);
  try {
    return parseVmdesc(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
