/**
 * Goes over a payload as a vmdesc describes it, without building anything: what checks need, where `decode.ts` would make a tree of
 * tables with many thousand elements.
 */
import { QEMU_VM_SUBSECTION } from '../wire/section.js';
import type { FieldDescription, VmsdDescription } from './vmdesc.js';

export interface PayloadVisitor {
  /** A field without contents of its own: its elements stand one behind the other from `start` on. `path` is valid until this returns. */
  field?(field: FieldDescription, start: number, path: readonly string[]): void;
  /** A subsection, whose contents begin at `start`; its version is the word before. */
  subsection?(subsection: VmsdDescription, start: number, path: readonly string[]): void;
}

/** The types of fields that visitors hear of. */
export type Wanted = ReadonlySet<string>;

class Mismatch extends Error {}

/**
 * Visits the fields of the wanted types, and all subsections, in the order of the bytes.
 *
 * @returns why the payload does not have the outer fields and subsections of the description, if it does not; contents of a field that do
 *   not fit are passed over, as releases describe some of them wrongly
 */
export function walkPayload(
  description: VmsdDescription,
  payload: Uint8Array,
  wanted: Wanted,
  visitor: PayloadVisitor,
): string | undefined {
  try {
    const end = new Walk(payload, wanted, visitor).struct(description, 0);
    return end === payload.length ? undefined : `the description accounts for ${end} of ${payload.length} bytes`;
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    return error.message;
  }
}

class Walk {
  private readonly path: string[] = [];
  private readonly interesting = new Map<VmsdDescription, boolean>();

  constructor(
    private readonly payload: Uint8Array,
    private readonly wanted: Wanted,
    private readonly visitor: PayloadVisitor,
  ) {}

  struct(description: VmsdDescription, start: number): number {
    let at = start;
    for (const field of description.fields) at = this.field(field, at);
    for (const subsection of description.subsections) at = this.subsection(subsection, at);
    return at;
  }

  private field(field: FieldDescription, start: number): number {
    const count = field.size === 0 ? 1 : (field.arrayLength ?? 1);
    const end = start + field.size * count;
    if (!Number.isSafeInteger(end) || end < start || end > this.payload.length)
      throw new Mismatch(`field ${field.name} runs past the end of the section`);
    const inner = field.struct ?? (field.elements?.length === 1 && count === 1 ? field.elements[0] : undefined);
    if (!inner) {
      if (this.wanted.has(field.type)) this.visitor.field?.(field, start, this.path);
    } else if (field.type !== 'gtree' && this.isInteresting(inner)) this.contents(field, inner, start, count);
    return end;
  }

  private contents(field: FieldDescription, inner: VmsdDescription, start: number, count: number): void {
    this.path.push(field.name);
    const depth = this.path.length;
    const marked = field.type === 'qtailq' || field.type === 'qlist' ? 1 : 0;
    try {
      for (let i = 0; i < count; i++) {
        const from = start + i * field.size;
        if (this.struct(inner, from + marked) !== from + field.size - marked) break;
      }
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
    }
    this.path.length = depth - 1;
  }

  private subsection(subsection: VmsdDescription, start: number): number {
    const { payload } = this;
    const name = Buffer.from(subsection.vmsdName);
    const body = start + 2 + name.length + 4;
    if (body > payload.length) throw new Mismatch(`subsection ${subsection.vmsdName} runs past the end of the section`);
    const there = payload[start] === QEMU_VM_SUBSECTION && payload[start + 1] === name.length;
    if (!there || name.compare(payload, start + 2, start + 2 + name.length) !== 0)
      throw new Mismatch(`subsection ${subsection.vmsdName} is not where the description has it`);
    this.path.push(subsection.vmsdName);
    this.visitor.subsection?.(subsection, body, this.path);
    const end = this.struct(subsection, body);
    this.path.pop();
    return end;
  }

  /** False where nothing that is visited is inside: tables of numbers are stepped over at once. */
  private isInteresting(description: VmsdDescription): boolean {
    const known = this.interesting.get(description);
    if (known !== undefined) return known;
    const found =
      description.subsections.length > 0 ||
      description.fields.some(
        ({ type, struct, elements = [] }) =>
          this.wanted.has(type) ||
          [...(struct ? [struct] : []), ...elements].some((inner) => this.isInteresting(inner)),
      );
    this.interesting.set(description, found);
    return found;
  }
}
