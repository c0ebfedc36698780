/** Subsections behind the described end of a section, as a loader meets them: 0x05, counted name, version (4), contents. */
import { QEMU_VM_SUBSECTION } from '../wire/section.js';
import { describedSize, type VmsdDescription } from '../vmstate/vmdesc.js';

export interface FoundSubsections {
  /** Those that the description has, in the order of the bytes. */
  readonly names: readonly string[];
  /** The name of the one that ended the reading because the description does not have it. */
  readonly unknown?: string;
  /** Bytes that are left. */
  readonly left: number;
}

/** Reads subsections that are described until something else stands there. */
export function readSubsections(bytes: Uint8Array, described: readonly VmsdDescription[]): FoundSubsections {
  const names: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + 2 + (bytes[at + 1] ?? 0);
    if (bytes[at] !== QEMU_VM_SUBSECTION || end + 4 > bytes.length) break;
    const name = Buffer.from(bytes.subarray(at + 2, end)).toString('latin1');
    const known = described.find(({ vmsdName }) => vmsdName === name);
    if (!known) return { names, unknown: name, left: bytes.length - at };
    const next = end + 4 + describedSize(known);
    if (next > bytes.length) break;
    names.push(name);
    at = next;
  }
  return { names, left: bytes.length - at };
}
