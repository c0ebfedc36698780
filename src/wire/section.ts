/**
 * The frame of the main channel: the type byte that opens every element, section headers and footers.
 *
 * START (0x01) and FULL (0x04):
 *
 *     0     1   type
 *     1     4   section id
 *     5     1   n, length of idstr
 *     6     n   idstr, no terminator
 *     6+n   4   instance id
 *     10+n  4   version id
 *     14+n      payload
 *
 * PART (0x02) and END (0x03): type, section id, payload. After each of the four, unless the stream goes without
 * footers: 0x7e and the section id again.
 *
 * Writer: `save_section_header`, `save_section_footer` (migration/savevm.c). Footers since 2.4.
 */
import type { Cursor } from '../bytes/cursor.js';

export const QEMU_VM_EOF = 0x00;
export const QEMU_VM_SECTION_START = 0x01;
export const QEMU_VM_SECTION_PART = 0x02;
export const QEMU_VM_SECTION_END = 0x03;
export const QEMU_VM_SECTION_FULL = 0x04;
export const QEMU_VM_SUBSECTION = 0x05;
export const QEMU_VM_VMDESCRIPTION = 0x06;
export const QEMU_VM_CONFIGURATION = 0x07;
export const QEMU_VM_COMMAND = 0x08;
export const QEMU_VM_SECTION_FOOTER = 0x7e;

export type SectionKind = 'start' | 'part' | 'end' | 'full';

const KINDS: Record<number, SectionKind> = {
  [QEMU_VM_SECTION_START]: 'start',
  [QEMU_VM_SECTION_PART]: 'part',
  [QEMU_VM_SECTION_END]: 'end',
  [QEMU_VM_SECTION_FULL]: 'full',
};

/** The kind of section that a type byte opens, if it opens one. */
export function sectionKind(type: number): SectionKind | undefined {
  return KINDS[type];
}

/** True for the type bytes that the loader's main loop accepts (`qemu_loadvm_state_main`). */
export function isElementType(type: number): boolean {
  return type <= QEMU_VM_SECTION_FULL || type === QEMU_VM_COMMAND;
}

/** What START and FULL say of the section they open. */
export interface SectionIdentity {
  readonly id: number;
  readonly idstr: string;
  readonly instance: number;
  readonly version: number;
}

export const FOOTER_SIZE = 5;
/** Type and section id: the header of PART and END. */
export const PART_HEADER_SIZE = 5;

/** Reads a START or FULL header; the cursor stands behind the type byte. */
export async function readSectionIdentity(cursor: Cursor): Promise<SectionIdentity> {
  await cursor.need(5, 'section header');
  await cursor.need(5 + cursor.peekU8(4) + 8, 'section header');
  return sectionIdentityInWindow(cursor)!;
}

/** The same for a header that is all in the window; undefined for one that is not. */
export function sectionIdentityInWindow(cursor: Cursor): SectionIdentity | undefined {
  if (!cursor.has(5)) return undefined;
  const length = cursor.peekU8(4);
  if (!cursor.has(5 + length + 8)) return undefined;
  const id = cursor.u32();
  cursor.u8();
  const idstr = cursor.text(length);
  return { id, idstr, instance: cursor.u32(), version: cursor.u32() };
}

/** The bytes of the footer of a section. */
export function footerBytes(id: number): Buffer {
  const bytes = Buffer.alloc(FOOTER_SIZE);
  bytes[0] = QEMU_VM_SECTION_FOOTER;
  bytes.writeUInt32BE(id, 1);
  return bytes;
}

/** How a section is named to people: the idstr, and the instance where it is not 0. */
export function sectionName(section: Pick<SectionIdentity, 'idstr' | 'instance'>): string {
  return section.instance === 0 ? section.idstr : `${section.idstr}#${section.instance}`;
}
