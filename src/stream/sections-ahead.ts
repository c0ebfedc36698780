/**
 * Finds FULL sections at the end of a source that can seek, before the stream in front of them is read.
 *
 * Device state stands right before EOF and the vmdesc, which says how long each section is: from there the way leads backwards, section by section. Each is
 * proven by its header and its footer.
 */
import type { ByteSource } from '../bytes/source.js';
import { FOOTER_SIZE, QEMU_VM_SECTION_FOOTER, QEMU_VM_SECTION_FULL, type SectionIdentity } from '../wire/section.js';
import { describedSize, type DeviceDescription } from '../vmstate/vmdesc.js';
import type { FoundVmdesc } from './vmdesc-lookup.js';

/** Bytes of payloads in all, which wait until RAM has been read. */
const MAX_BYTES = 16 << 20;
/** A section that is not where it should be is looked for in this many bytes, and in this many cases. */
const SEARCHED = 1 << 20;
const MAX_SEARCHES = 4;

/** A section as it will be met. */
export interface SectionAhead extends SectionIdentity {
  /** Of the payload. */
  readonly offset: number;
  readonly payload: Uint8Array;
  readonly description: DeviceDescription;
}

/** The wanted sections in the order of the stream; what cannot be found is left out. */
export function sectionsAhead(
  source: ByteSource,
  { description, eof }: FoundVmdesc,
  wanted: (device: DeviceDescription) => boolean,
): readonly SectionAhead[] {
  const found: SectionAhead[] = [];
  let end = eof;
  let room = MAX_BYTES;
  let searches = MAX_SEARCHES;
  for (const device of [...description.devices].reverse()) {
    const size = describedSize(device);
    const start = end - FOOTER_SIZE - size - headerSize(device);
    let at = isAt(source, device, size, start) ? start : undefined;
    if (at === undefined && searches > 0) {
      searches--;
      at = search(source, device, size, end);
    }
    if (at === undefined) continue;
    end = at;
    if (!wanted(device) || size > room) continue;
    room -= size;
    found.push(sectionAt(source, device, size, at));
  }
  return found.reverse();
}

/** Type byte, id, counted name, instance, version. */
function headerSize({ name }: DeviceDescription): number {
  return 14 + Buffer.byteLength(name, 'latin1');
}

/** Whether the section of a device begins here and ends where it should. */
function isAt(source: ByteSource, device: DeviceDescription, size: number, start: number): boolean {
  const head = bytesAt(source, start, headerSize(device));
  const foot = bytesAt(source, start + headerSize(device) + size, FOOTER_SIZE);
  return (
    head?.[0] === QEMU_VM_SECTION_FULL &&
    nameOf(device).equals(head.subarray(5, -4)) &&
    foot?.[0] === QEMU_VM_SECTION_FOOTER &&
    foot.readUInt32BE(1) === head.readUInt32BE(1)
  );
}

/** Counted name and instance, as a header has them. */
function nameOf({ name, instance }: DeviceDescription): Buffer {
  const text = Buffer.from(name, 'latin1');
  const bytes = Buffer.alloc(1 + text.length + 4);
  bytes[0] = text.length;
  bytes.set(text, 1);
  bytes.writeUInt32BE(instance >>> 0, 1 + text.length);
  return bytes;
}

/** Sections that the vmdesc describes wrongly, or not at all, stand between: the way is taken up again behind them. */
function search(source: ByteSource, device: DeviceDescription, size: number, end: number): number | undefined {
  const from = Math.max(0, end - SEARCHED - size);
  const window = size <= MAX_BYTES ? bytesAt(source, from, end - from) : undefined;
  if (!window) return undefined;
  const name = nameOf(device);
  for (let at = window.lastIndexOf(name); at > 0; at = window.lastIndexOf(name, at - 1)) {
    const start = from + at - 5;
    if (window[at - 5] === QEMU_VM_SECTION_FULL && isAt(source, device, size, start)) return start;
  }
  return undefined;
}

function sectionAt(source: ByteSource, description: DeviceDescription, size: number, start: number): SectionAhead {
  const header = bytesAt(source, start, headerSize(description))!;
  const offset = start + header.length;
  return {
    id: header.readUInt32BE(1),
    idstr: description.name,
    instance: description.instance,
    version: header.readUInt32BE(header.length - 4),
    offset,
    payload: new Uint8Array(bytesAt(source, offset, size)!),
    description,
  };
}

function bytesAt(source: ByteSource, offset: number, length: number): Buffer | undefined {
  if (offset < 0) return undefined;
  const bytes = Buffer.alloc(length);
  return source.readAt!(bytes, offset) === length ? bytes : undefined;
}
