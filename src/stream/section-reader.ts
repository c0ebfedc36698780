/**
 * Reads the sections of a main channel: header, payload, footer. What a payload is made of is for the RAM decoder, the decoders in `sections/`, or the
 * vmdesc to say; where one ends that does not delimit itself, `OpaquePayloads` finds.
 */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import { RAM_SECTION_VERSION } from '../wire/ram.js';
import {
  FOOTER_SIZE,
  PART_HEADER_SIZE,
  QEMU_VM_SECTION_PART,
  readSectionIdentity,
  sectionIdentityInWindow,
  type SectionIdentity,
  type SectionKind,
} from '../wire/section.js';
import type { VmstateDescription } from '../vmstate/vmdesc.js';
import type { DeviceStates } from './device-states.js';
import type { Emitter } from './emitter.js';
import { OpaquePayloads } from './opaque-payloads.js';
import { type OpenSection, OpenSections } from './open-sections.js';
import type { RamDecoder } from './ram.js';
import { footerInWindow } from './section-extent.js';
import { SectionFooters } from './section-footers.js';
import { findSectionDecoder } from './sections/index.js';
import { sectionInput } from './sections/section-decoder.js';
import { StreamDescription } from './stream-description.js';

export interface SectionReaderOptions {
  readonly role: 'main' | 'recovery-main';
  readonly vmdesc?: VmstateDescription;
}

export class SectionReader {
  readonly open = new OpenSections();
  readonly description: StreamDescription;
  readonly opaque: OpaquePayloads;
  private readonly footers: SectionFooters;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly ram: RamDecoder,
    private readonly devices: DeviceStates,
    private readonly options: SectionReaderOptions,
  ) {
    this.footers = new SectionFooters(cursor, out);
    this.description = new StreamDescription(cursor, out, this.footers, options.vmdesc);
    this.opaque = new OpaquePayloads(cursor, out, devices, this.open, this.footers, this.description);
  }

  /**
   * Reads a START or FULL section; the cursor stands behind the type byte. A promise only where there is something to wait for: small sections can
   * come in millions, and promises cost more than they do.
   */
  start(kind: SectionKind, offset: number, depth: number): Promise<void> | undefined {
    const identity = sectionIdentityInWindow(this.cursor);
    if (identity) return this.opened(identity, kind, offset, depth);
    return readSectionIdentity(this.cursor).then((read) => this.opened(read, kind, offset, depth));
  }

  private opened(
    identity: SectionIdentity,
    kind: SectionKind,
    offset: number,
    depth: number,
  ): Promise<void> | undefined {
    const { cursor, out } = this;
    const { id, idstr, instance, version } = identity;
    const section = this.open.open(identity, kind);
    out.section = section.name;
    out.event({ kind: 'section-start', offset, section: kind, packaged: depth > 0, id, idstr, instance, version });
    const payloadOffset = cursor.offset;
    out.good = payloadOffset;
    if (kind !== 'full' || !this.fullInWindow(section)) return this.sectionBody(section, kind, offset, payloadOffset);
    const payloadEnd = cursor.offset;
    cursor.position += FOOTER_SIZE;
    out.good = payloadEnd;
    this.sectionEnd(section, kind, offset, payloadOffset, payloadEnd, true);
    return out.drain();
  }

  /** Takes the payload of a FULL section that is all in the window, with its footer and what follows, and that no built-in layout reads. */
  private fullInWindow(section: OpenSection): boolean {
    const { cursor, devices } = this;
    if (this.footers.present !== true || !this.description.isLookedUp || findSectionDecoder(section.idstr))
      return false;
    const description = this.description.known;
    const device = description && devices.peek(description, section);
    const length = footerInWindow(cursor, section.id, device?.size, this.open.isStarted);
    if (length === undefined || (devices.wanted && length > devices.room)) return false;
    if (description) devices.next(description, section);
    const offset = cursor.offset;
    const payload = cursor.bytes(length);
    devices.payload(offset, length, devices.wanted ? Buffer.from(payload) : undefined, device);
    return true;
  }

  /** Reads a PART or END section; a promise only where there is something to wait for. */
  part(kind: SectionKind, offset: number, depth: number): Promise<void> | undefined {
    const { cursor } = this;
    if (!cursor.has(4)) return cursor.need(4, 'section id').then(() => this.part(kind, offset, depth));
    const id = cursor.u32();
    const known = this.open.get(id);
    if (known && this.isCounted(known, kind)) return this.countParts(known, offset, depth);
    if (known) return this.openPart(known, kind, offset, depth);
    return this.adoptSection(id, offset).then((section) => this.openPart(section, kind, offset, depth));
  }

  private openPart(section: OpenSection, kind: SectionKind, offset: number, depth: number): Promise<void> | undefined {
    const { cursor, out } = this;
    const { id, idstr, version } = section;
    this.partStart(section, kind, offset, depth);
    const payloadOffset = cursor.offset;
    const whole = idstr === 'ram' && version === RAM_SECTION_VERSION && this.ram.payloadNow();
    if (!whole) return this.sectionBody(section, kind, offset, payloadOffset);
    const payloadEnd = cursor.offset;
    if (this.footers.present !== true || !this.footers.take(id)) {
      return this.sectionTail(section, kind, offset, payloadOffset, payloadEnd);
    }
    this.sectionEnd(section, kind, offset, payloadOffset, payloadEnd, true);
    return out.drain();
  }

  private partStart(section: OpenSection, kind: SectionKind, offset: number, depth: number): void {
    const { cursor, out } = this;
    const { id, idstr, instance, version } = section;
    out.section = section.name;
    out.event({ kind: 'section-start', offset, section: kind, packaged: depth > 0, id, idstr, instance, version });
    out.good = cursor.offset;
  }

  private isCounted({ idstr, version }: OpenSection, kind: SectionKind): boolean {
    const ram = kind === 'part' && idstr === 'ram' && version === RAM_SECTION_VERSION;
    return ram && this.out.countsParts && this.footers.present === true;
  }

  /**
   * Reads PART sections of RAM that follow each other and reports them together, as far as nothing has to be waited for; one that has something
   * else in it than pages is read as any other. The cursor stands behind the id of the first, which begins at `offset`.
   */
  private countParts(section: OpenSection, offset: number, depth: number): Promise<void> | undefined {
    const { cursor, out, ram } = this;
    const { id, idstr, instance, version } = section;
    let [first, begin, payloadOffset, count, payloadLength] = [offset, offset, cursor.offset, 0, 0];
    const report = (): void => {
      ram.flush();
      if (count > 0)
        out.event({ kind: 'ram-parts', offset: first, count, payloadLength, id, idstr, instance, version });
      [first, count, payloadLength] = [begin, 0, 0];
    };
    const single = (): void => {
      report();
      this.partStart(section, 'part', begin, depth);
    };
    const failed = (error: unknown): never => {
      single();
      throw error;
    };
    const read = (): Promise<void> | undefined => {
      for (;;) {
        let found: ReturnType<RamDecoder['partInWindow']>;
        try {
          found = ram.partInWindow();
          if (found === 'more') {
            ram.flush();
            if (ram.nextNow()) continue;
          }
        } catch (error) {
          return failed(error);
        }
        if (found === 'more') {
          report();
          return ram.next().then(read, failed);
        }
        const payloadEnd = cursor.offset;
        if (found === 'other') {
          single();
          return this.sectionBody(section, 'part', begin, payloadOffset);
        }
        if (!this.footers.take(id)) {
          single();
          return this.sectionTail(section, 'part', begin, payloadOffset, payloadEnd);
        }
        count++;
        payloadLength += payloadEnd - payloadOffset;
        if (!this.followedByPart(id)) break;
        begin = cursor.offset;
        cursor.position += PART_HEADER_SIZE;
        payloadOffset = cursor.offset;
      }
      report();
      return out.drain();
    };
    out.section = section.name;
    return read();
  }

  private followedByPart(id: number): boolean {
    const { cursor } = this;
    return (
      cursor.has(PART_HEADER_SIZE) &&
      cursor.peekU8() === QEMU_VM_SECTION_PART &&
      cursor.view.getUint32(cursor.position + 1) === id
    );
  }

  /** On a recovery connection the sections were opened before: RAM is the one that has pages, dirty bitmaps have chunks. */
  private async adoptSection(id: number, offset: number): Promise<OpenSection> {
    const { cursor } = this;
    if (this.options.role === 'recovery-main') {
      this.out.good = cursor.offset;
      await cursor.need(1, 'section payload');
      const ram = cursor.peekU8() === 0 && this.open.size === 0;
      return this.open.adopt({
        id,
        idstr: ram ? 'ram' : 'dirty-bitmap',
        instance: 0,
        version: ram ? RAM_SECTION_VERSION : 1,
      });
    }
    throw new DecodeError('malformed', 'unknown-section-id', `section ${hex(id)} was never started`, {
      offset,
      length: 5,
      path: cursor.path('section id'),
    });
  }

  /** Payload and footer. */
  private async sectionBody(
    section: OpenSection,
    kind: SectionKind,
    offset: number,
    payloadOffset: number,
  ): Promise<void> {
    const { cursor, out } = this;
    const decoder = section.idstr === 'ram' ? undefined : findSectionDecoder(section.idstr);
    let payloadEnd: number | undefined;
    if (section.idstr === 'ram') {
      if (section.version !== RAM_SECTION_VERSION) throw this.wrongVersion(section, `${RAM_SECTION_VERSION}`, offset);
      await this.ram.payload();
    } else if (decoder?.kinds.includes(kind) && kind !== 'full') {
      if (!decoder.versions.includes(section.version))
        throw this.wrongVersion(section, decoder.versions.join(', '), offset);
      await decoder.read(sectionInput(section, kind, cursor, out));
    } else {
      payloadEnd = await this.opaque.read(section, kind, payloadOffset);
    }
    await this.sectionTail(section, kind, offset, payloadOffset, payloadEnd ?? cursor.offset);
  }

  private async sectionTail(
    section: OpenSection,
    kind: SectionKind,
    offset: number,
    payloadOffset: number,
    payloadEnd: number,
  ): Promise<void> {
    this.out.good = payloadEnd;
    const footer = await this.footers.read(section);
    this.sectionEnd(section, kind, offset, payloadOffset, payloadEnd, footer);
    const wait = this.out.drain();
    if (wait) await wait;
  }

  private sectionEnd(
    section: OpenSection,
    kind: SectionKind,
    offset: number,
    payloadOffset: number,
    payloadEnd: number,
    footer: boolean,
  ): void {
    const { id, idstr, instance, version } = section;
    const payloadLength = payloadEnd - payloadOffset;
    this.out.event({
      kind: 'section-end',
      offset,
      section: kind,
      id,
      idstr,
      instance,
      version,
      payloadOffset,
      payloadLength,
      footer,
    });
    if (kind === 'full') this.devices.ended(section, payloadOffset, payloadLength);
  }

  private wrongVersion(section: OpenSection, expected: string, offset: number): DecodeError {
    return new DecodeError(
      'unsupported',
      'section-version',
      `section ${section.name} has version ${section.version}`,
      { offset, path: 'section header > version' },
      { expected, found: `${section.version}` },
    );
  }
}
