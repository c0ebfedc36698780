/**
 * Reads the sections of a main channel: header, payload, footer. What a payload is made of is for the RAM decoder, the decoders in
 * `sections/`, or the vmdesc to say; where it ends is found here.
 */
import { type Cursor, MAX_LOOKAHEAD } from '../bytes/cursor.js';
import { MemorySource } from '../bytes/source.js';
import { DecodeError, hex } from '../finding.js';
import { RAM_SECTION_VERSION } from '../wire/ram.js';
import {
  isElementType,
  FOOTER_SIZE,
  readSectionIdentity,
  sectionIdentityInWindow,
  type SectionIdentity,
  type SectionKind,
  sectionName,
} from '../wire/section.js';
import type { VmstateDescription } from '../vmstate/vmdesc.js';
import type { DescribedDevice, DeviceStates } from './device-states.js';
import type { Emitter } from './emitter.js';
import type { RamDecoder } from './ram.js';
import { resync } from './resync.js';
import {
  type Extent,
  extentByFooter,
  extentByGuess,
  extentBySize,
  footerInWindow,
  isFooter,
} from './section-extent.js';
import { findSectionDecoder } from './sections/index.js';
import type { SectionDecoder } from './sections/section-decoder.js';
import { sectionsAhead } from './sections-ahead.js';
import { findVmdesc, type FoundVmdesc, locateVmdesc } from './vmdesc-lookup.js';

/** A section that the stream has opened, by its id. */
interface OpenSection extends SectionIdentity {
  readonly started: boolean;
  /** Made when a decoder first asks for it: only the iterable ones lean on what was before. */
  memory: Map<string, unknown> | undefined;
}

/** How a payload whose end is known is taken apart. */
interface Contents {
  readonly builtIn: SectionDecoder | undefined;
  readonly device: DescribedDevice | undefined;
  /** Bytes that may be kept of it. */
  readonly room: number;
}

/** Sections whose identity is kept, and characters of their names; a stream with more of them is no guest's. */
const MAX_SECTIONS = 1 << 15;
const MAX_NAMES = 1 << 20;
/** The largest FULL section from a pipe that a built-in layout is applied to. */
const MAX_BUILT_IN = 4 << 20;

export interface SectionReaderOptions {
  readonly role: 'main' | 'recovery-main';
  readonly vmdesc?: VmstateDescription;
}

export class SectionReader {
  /** The ends of sections had to be guessed, and how many bytes those have. */
  guessed = false;
  unproven = 0;

  private readonly open = new Map<number, OpenSection>();
  private names = 0;
  private footers: boolean | undefined;
  private lookedUp: { readonly vmdesc?: VmstateDescription } | undefined;
  private atEnd: FoundVmdesc | undefined;
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
    out.section = sectionName(identity);
    const known = this.open.get(identity.id);
    // A handler that is iterable and has device state as well uses one id for both.
    const same = known?.idstr === identity.idstr && known.instance === identity.instance;
    const section: OpenSection = {
      ...identity,
      started: kind === 'start' || (same && known.started),
      memory: same ? known.memory : undefined,
    };
    const names = this.names + identity.idstr.length;
    if ((known || this.open.size < MAX_SECTIONS) && names <= MAX_NAMES) {
      this.open.set(identity.id, section);
      if (!known) this.names = names;
    }
    out.event({ kind: 'section-start', offset, section: kind, packaged: depth > 0, ...identity });
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
    if (this.footers !== true || !this.lookedUp || findSectionDecoder(section.idstr)) return false;
    const description = this.options.vmdesc ?? this.lookedUp.vmdesc;
    const device = description && devices.peek(description, section);
    const length = footerInWindow(cursor, section.id, device?.size, (id) => this.isStarted(id));
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
    if (this.footers !== true || !this.takeFooter(section)) {
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
        memory: undefined,
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
    const { cursor } = this;
    const decoder = section.idstr === 'ram' ? undefined : findSectionDecoder(section.idstr);
    let payloadEnd: number | undefined;
    if (section.idstr === 'ram') {
      if (section.version !== RAM_SECTION_VERSION) throw this.wrongVersion(section, `${RAM_SECTION_VERSION}`, offset);
      await this.ram.payload();
    } else if (decoder?.kinds.includes(kind) && kind !== 'full') {
      if (!decoder.versions.includes(section.version))
        throw this.wrongVersion(section, decoder.versions.join(', '), offset);
      await decoder.read(this.input(section, kind));
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

  /**
   * A payload that does not delimit itself: its end is found first, then a built-in layout or the vmdesc says what is inside. It may be larger than
   * memory: of its bytes only those are held that somebody asks for, and from a file not before the end is known.
   */
  private async opaquePayload(section: OpenSection, kind: SectionKind, payloadOffset: number): Promise<number> {
    const { cursor } = this;
    const decoder = findSectionDecoder(section.idstr);
    const builtIn = decoder?.kinds.includes(kind) && decoder.versions.includes(section.version) ? decoder : undefined;
    const description = await this.description();
    const device = description && this.devices.next(description, section);
    const room = kind === 'full' ? this.devices.room : 0;
    try {
      const hold = cursor.seekable ? 0 : Math.max(room, builtIn ? MAX_BUILT_IN : 0);
      const extent = await this.extent(section, device, hold, builtIn);
      if (!extent && builtIn && cursor.moveTo(payloadOffset)) {
        await builtIn.read(this.input(section, kind));
        return cursor.offset;
      }
      if (!extent) await this.endMissing(section, payloadOffset);
      return await this.contents(section, kind, payloadOffset, { ...extent!, builtIn, device, room });
    } finally {
      cursor.keep = Infinity;
    }
  }

  private async extent(
    section: OpenSection,
    device: DescribedDevice | undefined,
    hold: number,
    builtIn: SectionDecoder | undefined,
  ): Promise<Extent | undefined> {
    const { cursor } = this;
    const { id } = section;
    const start = cursor.offset;
    const context = { footers: this.footers, started: (other: number): boolean => this.isStarted(other) };
    let extent = device && (await extentBySize(cursor, id, device.size, context));
    if (!extent && this.footers === true) extent = await extentByFooter(cursor, id, context, { hold });
    // Where no footer has been seen yet, there may be none: then the search must not have gone too far to come back.
    if (!extent && this.footers === undefined)
      extent = await extentByFooter(cursor, id, context, { hold: MAX_LOOKAHEAD, most: MAX_LOOKAHEAD });
    if (!extent && !builtIn && this.footers !== true && cursor.moveTo(start))
      extent = await this.guessExtent(section, hold);
    if (extent) this.footers ??= extent.footer;
    return extent;
  }

  /** Decodes and keeps what is wanted of a payload whose end is known, and goes there. */
  private async contents(
    section: OpenSection,
    kind: SectionKind,
    start: number,
    { length, builtIn, device, room }: Extent & Contents,
  ): Promise<number> {
    const { cursor, devices, out } = this;
    if (builtIn && cursor.moveTo(start))
      await this.inside(length, section, () => builtIn.read(this.input(section, kind)));
    else if (builtIn) {
      const message = `section ${sectionName(section)} of ${length} bytes is more than is held to be decoded`;
      out.problem('too-large', message, { offset: start, length });
    }
    if (kind === 'full') {
      const held = room > 0 && length <= room && cursor.moveTo(start);
      devices.payload(start, length, held ? await cursor.take(length, 'payload') : undefined, device);
    }
    cursor.moveTo(start + length);
    return start + length;
  }

  private input(section: OpenSection, kind: SectionKind): Parameters<SectionDecoder['read']>[0] {
    const { cursor, out } = this;
    const { id, idstr, instance, version } = section;
    return { id, idstr, instance, version, kind, cursor, out, memory: (section.memory ??= new Map()) };
  }

  /**
   * The footer of a section is not there. The input may end inside the section; but where another section's footer makes sense further on, it is damage.
   *
   * @throws DecodeError always
   */
  private async endMissing(section: SectionIdentity, start: number): Promise<never> {
    const { cursor } = this;
    const name = sectionName(section);
    const goesOn =
      cursor.seekable &&
      cursor.moveTo(start) &&
      (await resync(
        cursor,
        (id) => this.has(id),
        (id) => this.isStarted(id),
      ));
    if (goesOn) {
      cursor.moveTo(start);
      const at = { offset: start, path: cursor.path('section footer') };
      throw new DecodeError('malformed', 'section-footer', `no footer behind section ${name}`, at);
    }
    return cursor.endsInside(`payload of ${name}`, start);
  }

  /** The end of a section that nothing proves: its bytes count as unexplained, and the first one is reported for all. */
  private async guessExtent(section: SectionIdentity, hold: number): Promise<Extent> {
    const { offset } = this.cursor;
    const extent = await extentByGuess(this.cursor, hold);
    if (!extent) this.cursor.endsInside(`payload of ${sectionName(section)}`, offset);
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
    if (this.takeFooter(section)) return true;
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
  private takeFooter(section: OpenSection): boolean {
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

  /** What the end of the source has told of its device state. */
  get foundVmdesc(): VmstateDescription | undefined {
    return this.lookedUp?.vmdesc;
  }

  /** Tells what the stream itself has said of its device state; the sections of COLO rounds come behind that. */
  describe(vmdesc: VmstateDescription): void {
    this.lookedUp = { vmdesc };
  }

  /** Reports the sections at the end of the source that somebody wants to know before what stands in front of them. */
  async ahead(): Promise<void> {
    const { out, cursor } = this;
    if (!out.wantsAhead || !cursor.source.readAt) return;
    await this.description();
    if (!this.atEnd) return;
    for (const section of sectionsAhead(cursor.source, this.atEnd, (device) => out.wantedAhead(device)))
      out.event({ kind: 'device-ahead', ...section });
  }

  /** The description of the device state, where it can be had before the end of the stream. */
  async description(): Promise<VmstateDescription | undefined> {
    if (this.options.vmdesc) return this.options.vmdesc;
    const { source } = this.cursor;
    if (!this.lookedUp) {
      this.atEnd = locateVmdesc(source);
      this.lookedUp = this.atEnd ? { vmdesc: this.atEnd.description } : {};
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
