/**
 * What can be said of two opaque payloads of different length: whether one is the other with bytes inserted, and where.
 *
 * QEMU reads such payloads field by field, without tags. Whatever can be there or not, or be longer or shorter, is announced before it: by a
 * count, a feature bit, or the mark of a subsection. So where everything before an insertion is the same on both sides, and the insertion
 * is not a subsection, nothing announced it: the layout itself has changed.
 */
import { QEMU_VM_SUBSECTION } from '../wire/section.js';

export interface Insertion {
  /** Bytes that the longer one has more. */
  readonly length: number;
  /** The insertion lies somewhere in `[from, to]` of the shorter one: where the bytes around it repeat, all places look alike. */
  readonly from: number;
  readonly to: number;
  /** Bytes before it that differ. */
  readonly before: number;
  /** Bytes behind it that differ. */
  readonly behind: number;
}

/** Longer payloads are not aligned. */
const MAX_ALIGNED = 1 << 24;
/** More than this part of differing bytes is no insertion, but other contents. */
const MAX_DIFFERING = 0.1;

/** Finds the place for one insertion at which the fewest bytes differ; undefined where nothing fits. */
export function findInsertion(one: Uint8Array, other: Uint8Array): Insertion | undefined {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const length = long.length - short.length;
  if (length === 0 || short.length > MAX_ALIGNED) return undefined;
  // behind: bytes from a place on that differ when the insertion lies there.
  let behind = 0;
  for (let i = 0; i < short.length; i++) if (short[i] !== long[i + length]) behind++;
  let before = 0;
  let best = { from: 0, to: 0, before, behind };
  for (let place = 1; place <= short.length; place++) {
    if (short[place - 1] !== long[place - 1]) before++;
    if (short[place - 1] !== long[place - 1 + length]) behind--;
    const sum = best.before + best.behind;
    if (before + behind < sum) best = { from: place, to: place, before, behind };
    else if (before + behind === sum && before === best.before) best = { ...best, to: place };
  }
  const differing = best.before + best.behind;
  return differing > short.length * MAX_DIFFERING ? undefined : { length, ...best };
}

/** The names of the subsections that stand in a payload, in order. */
export function embeddedSubsections(payload: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = payload.indexOf(QEMU_VM_SUBSECTION); at >= 0; at = payload.indexOf(QEMU_VM_SUBSECTION, at + 1)) {
    const length = payload[at + 1] ?? 0;
    const name = payload.subarray(at + 2, at + 2 + length);
    if (length < 3 || name.length < length || !name.every(isNameByte) || !name.includes(SLASH)) continue;
    names.push(Buffer.from(name).toString('latin1'));
    at += 1 + length;
  }
  return names;
}

const SLASH = 0x2f;

function isNameByte(byte: number): boolean {
  return byte > 0x20 && byte < 0x7f;
}
