/**
 * Reads the sections of a main channel: header, payload, footer. What a payload is made of is for the RAM decoder, the decoders in
 * `sections/`, or the vmdesc to say; where it ends is found here.
 */
import type { Cursor } from '../bytes/cursor.js';
import { MemorySource } from '../bytes/source.js';
import { DecodeError, hex } from '../finding.js';
import { RAM_SECTION_VERSION } from '../wire/ram.js';
import {
  isElementType,
  readSectionIdentity,
  type SectionIdentity,
  type SectionKind,
  sectionName,
} from '../wire/section.js';
import type { VmstateDescription } from '../vmstate/vmdesc.js';
import type { DeviceStates } from './device-states.js';
import type { Emitter } from './emitter.js';
import type { RamDecoder } from './ram.js';
import { type Extent, extentByFooter, extentByGuess, extentBySize, isFooter } from './section-extent.js';
import { findSectionDecoder } from './sections/index.js';
import { findVmdesc } from './vmdesc-lookup.js';

/** A section that the stream has opened, by its id. */
interface OpenSection extends SectionIdentity {
  readonly started: boolean;
  readonly memory: Map<string, unknown>;
}

/** Sections whose identity is kept; a stream with more of them is no guest's. */
const MAX_SECTIONS = 1 << 16;

export interface SectionReaderOptions {
  readonly role: 'main' | 'recovery-main';
  readonly vmdesc?: VmstateDescription;
}

export class SectionReader {
  /** The ends of sections had to be guessed, and how many bytes those have. */
  guessed = false;
  unproven = 0;

  private readonly open = new Map<number, OpenSection>();
  private footers: boolean | undefined;
  private lookedUp: { readonly vmdesc?: VmstateDescription } | undefined;
  private lookedAhead = false;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly ram: RamDecoder,
    private readonly devices: DeviceStates,
    private readonly options: SectionReaderOptions,
  ) {}

  /** True for the ids that a START or FULL has named. */
  has(id: number): boolean {
    return this.open.has(id);
  }

  /** True for the ids that a START has opened. */
  isStarted(id: number): boolean {
    return this.open.get(id)?.started === true;
  }

  /** Reads a START or FULL section; the cursor stands behind the type byte. */
  async start(kind: SectionKind, offset: number, depth: number): Promise<void> {
    const { cursor, out } = this;
    const identity = await readSectionIdentity(cursor);
    out.section = sectionName(identity);
    const known = this.open.get(identity.id);
    // A handler that is iterable and has device state as well uses one id for both.
    const same = known?.idstr === identity.idstr && known.instance === identity.instance;
    const section: OpenSection = {
      ...identity,
      started: kind === 'start' || (same && known.started),
      memory: same ? known.memory : new Map(),
    };
    if (known || this.open.size < MAX_SECTIONS) this.open.set(identity.id, section);
    out.event({ kind: 'section-start', offset, section: kind, packaged: depth > 0, ...identity });
    out.good = cursor.offset;
    await this.sectionBody(section, kind, offset, cursor.offset);
  }

  /** A promise only where there is something to wait for: small sections come in millions, and promises cost more than they do. */
  part(kind: SectionKind, offset: number, depth: number): Promise<void> | undefined {
    const { cursor } = this;
    if (!cursor.has(4)) return cursor.need(4, 'section id').then(() => this.part(kind, offset, depth));
    const id = cursor.u32();
    const known = this.open.get(id);
    if (known) return this.openPart(known, kind, offset, depth);
    return this.adoptSection(id, offset).then((section) => this.openPart(section, kind, offset, depth));
  }

  private openPart(section: OpenSection, kind: SectionKind, offset: number, depth: number): Promise<void> | undefined {
    const { cursor, out } = this;
    const { id, idstr, instance, version } = section;
    out.section = sectionName(section);
    out.event({ kind: 'section-start', offset, section: kind, packaged: depth > 0, id, idstr, instance, version });
    out.good = cursor.offset;
    const payloadOffset = cursor.offset;
    const inWindow = idstr === 'ram' && version === RAM_SECTION_VERSION && this.ram.payloadInWindow();
    if (!inWindow) return this.sectionBody(section, kind, offset, payloadOffset);
    const payloadEnd = cursor.offset;
    if (this.footers !== true || !this.footerInWindow(section)) {
      return this.sectionTail(section, kind, offset, payloadOffset, payloadEnd);
    }
    this.sectionEnd(section, kind, offset, payloadOffset, payloadEnd, true);
    return out.drain();
  }

  /** On a recovery connection the sections were opened before: RAM is the one that has pages, dirty bitmaps have chunks. */
  private async adoptSection(id: number, offset: number): Promise<OpenSection> {
    const { cursor } = this;
    if (this.options.role === 'recovery-main') {
      this.out.good = cursor.offset;
      await cursor.need(1, 'section payload');
      const ram = cursor.peekU8() === 0 && this.open.size === 0;
      const section: OpenSection = {
        id,
        idstr: ram ? 'ram' : 'dirty-bitmap',
        instance: 0,
        version: ram ? RAM_SECTION_VERSION : 1,
        started: true,
        memory: new Map(),
      };
      this.open.set(id, section);
      return section;
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
      await decoder.read({ ...section, kind, cursor, out, memory: section.memory });
    } else {
      payloadEnd = await this.opaquePayload(section, kind, payloadOffset);
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
    const footer = this.footers !== false && (await this.footer(section));
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

  /** A payload that does not delimit itself: its end is found first, then a built-in layout or the vmdesc says what is inside. */
  private async opaquePayload(section: OpenSection, kind: SectionKind, payloadOffset: number): Promise<number> {
    const { cursor, out } = this;
    const decoder = findSectionDecoder(section.idstr);
    const builtIn = decoder?.kinds.includes(kind) && decoder.versions.includes(section.version) ? decoder : undefined;
    const description = await this.description();
    const device = description && this.devices.next(description, section);
    const context = {
      footers: this.footers,
      started: (id: number): boolean => this.isStarted(id),
    };
    let extent: Extent | undefined = device && (await extentBySize(cursor, section.id, device.size, context));
    if (!extent && this.footers !== false) extent = await extentByFooter(cursor, section.id, context);
    if (!extent && builtIn) {
      await builtIn.read({ ...section, kind, cursor, out, memory: section.memory });
      return cursor.offset;
    }
    if (!extent && this.footers === true) cursor.endsInside(`payload of ${sectionName(section)}`);
    extent ??= await this.guessExtent(section, payloadOffset);
    this.footers ??= extent.footer;
    const end = payloadOffset + extent.length;
    const payload = cursor.buffer.subarray(cursor.position, cursor.position + extent.length);
    if (kind === 'full') this.devices.payload(payloadOffset, payload, device);
    if (builtIn)
      await this.inside(extent.length, section, () =>
        builtIn.read({ ...section, kind, cursor, out, memory: section.memory }),
      );
    await cursor.skip(end - cursor.offset, 'payload');
    return end;
  }

  /** The end of a section that nothing proves: its bytes count as unexplained, and the first one is reported for all. */
  private async guessExtent(section: SectionIdentity, offset: number): Promise<Extent> {
    const extent = await extentByGuess(this.cursor);
    if (!extent) this.cursor.endsInside(`payload of ${sectionName(section)}`);
    const { length } = extent;
    if (!this.guessed) {
      this.guessed = true;
      const message = `the end of section ${sectionName(section)} and of those behind it is guessed: there are neither footers nor a vmdesc`;
      this.out.problem('section-extent', message, { offset, length });
    }
    this.unproven += length;
    return extent;
  }

  /** Runs a built-in decoder inside a proven extent: what it cannot read is reported, and the section stays as bytes. */
  private async inside(length: number, section: SectionIdentity, read: () => Promise<void>): Promise<void> {
    const { cursor, out } = this;
    try {
      await cursor.within(length, `section ${sectionName(section)}`, async () => {
        await read();
        if (!(await cursor.atEnd())) {
          throw new DecodeError('malformed', 'section-record', `${cursor.remaining} bytes behind the last record`, {
            offset: cursor.offset,
          });
        }
      });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      out.caught(error);
    }
  }

  private async footer(section: OpenSection): Promise<boolean> {
    const { cursor } = this;
    if (!cursor.has(5)) await cursor.fill(5);
    if (this.footerInWindow(section)) return true;
    if (!cursor.has(1)) await cursor.need(5, 'section footer');
    if (this.footers === undefined && isElementType(cursor.peekU8())) {
      this.footers = false;
      return false;
    }
    await cursor.need(5, 'section footer');
    const found = cursor.buffer.toString('hex', cursor.position, cursor.position + 5);
    throw new DecodeError(
      'malformed',
      'section-footer',
      `no footer behind section ${sectionName(section)}`,
      { offset: cursor.offset, length: 5, path: cursor.path('section footer') },
      { expected: `7e ${section.id.toString(16).padStart(8, '0')}`, found },
    );
  }

  /** Takes the footer when it is in the window. */
  private footerInWindow(section: OpenSection): boolean {
    const { cursor } = this;
    if (!isFooter(cursor.buffer, cursor.position, cursor.limit, section.id)) return false;
    cursor.position += 5;
    this.footers = true;
    return true;
  }

  private wrongVersion(section: SectionIdentity, expected: string, offset: number): DecodeError {
    return new DecodeError(
      'unsupported',
      'section-version',
      `section ${sectionName(section)} has version ${section.version}`,
      { offset, path: 'section header > version' },
      { expected, found: `${section.version}` },
    );
  }

  /** Tells what the stream itself has said of its device state; the sections of COLO rounds come behind that. */
  describe(vmdesc: VmstateDescription): void {
    this.lookedUp = { vmdesc };
  }

  /** The description of the device state, where it can be had before the end of the stream. */
  async description(): Promise<VmstateDescription | undefined> {
    if (this.options.vmdesc) return this.options.vmdesc;
    const { source } = this.cursor;
    if (!this.lookedUp) {
      const vmdesc = findVmdesc(source);
      this.lookedUp = vmdesc ? { vmdesc } : {};
    }
    // From a pipe it comes too late, unless there is no other way to tell sections apart: then the rest is read ahead.
    if (!source.readAt && this.footers === false && !this.lookedAhead) {
      this.lookedAhead = true;
      const vmdesc = findVmdesc(new MemorySource(await this.cursor.lookahead()));
      if (vmdesc) this.lookedUp = { vmdesc };
    }
    return this.lookedUp.vmdesc;
  }
}
