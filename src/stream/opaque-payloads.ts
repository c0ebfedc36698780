/**
 * Reads a payload that does not delimit itself: its end is found first, by what the vmdesc says or by its footer, then a built-in layout or the
 * vmdesc says what is inside.
 */
import { type Cursor, MAX_LOOKAHEAD } from '../bytes/cursor.js';
import { DecodeError } from '../finding.js';
import { FOOTER_SIZE, type SectionKind } from '../wire/section.js';
import type { DescribedDevice, DeviceStates } from './device-states.js';
import type { Emitter } from './emitter.js';
import { MAX_SECTION_ID, type OpenSection, type OpenSections } from './open-sections.js';
import { resync } from './resync.js';
import { type Extent, extentByFooter, extentByGuess, extentBySize } from './section-extent.js';
import type { SectionFooters } from './section-footers.js';
import { findSectionDecoder } from './sections/index.js';
import { type SectionDecoder, sectionInput } from './sections/section-decoder.js';
import type { StreamDescription } from './stream-description.js';

/** How a payload whose end is known is taken apart. */
interface Contents {
  readonly builtIn: SectionDecoder | undefined;
  readonly device: DescribedDevice | undefined;
  /** Bytes that may be kept of it. */
  readonly room: number;
}

/** The largest FULL section from a pipe that a built-in layout is applied to. */
const MAX_BUILT_IN = 4 << 20;

export class OpaquePayloads {
  /** The ends of sections had to be guessed, and how many bytes those have. */
  guessed = false;
  unproven = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly devices: DeviceStates,
    private readonly open: OpenSections,
    private readonly footers: SectionFooters,
    private readonly description: StreamDescription,
  ) {}

  /**
   * Reads the payload at the cursor; returns where it ends. It may be larger than memory: of its bytes only those are held that somebody asks for, and
   * from a file not before the end is known.
   *
   * @throws DecodeError `section-footer` where its end is not to be found, `truncated` where the input ends inside
   */
  async read(section: OpenSection, kind: SectionKind, payloadOffset: number): Promise<number> {
    const { cursor, out } = this;
    const decoder = findSectionDecoder(section.idstr);
    const builtIn = decoder?.kinds.includes(kind) && decoder.versions.includes(section.version) ? decoder : undefined;
    const description = await this.description.find();
    const device = description && this.devices.next(description, section);
    const room = kind === 'full' ? this.devices.room : 0;
    try {
      const hold = cursor.seekable ? 0 : Math.max(room, builtIn ? MAX_BUILT_IN : 0);
      const extent = await this.extent(section, device, hold, builtIn);
      if (!extent && builtIn && cursor.moveTo(payloadOffset)) {
        await builtIn.read(sectionInput(section, kind, cursor, out));
        return cursor.offset;
      }
      if (!extent) await this.endMissing(section, payloadOffset, device);
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
    const context = { footers: this.footers.present, started: this.open.isStarted };
    let extent = device && (await extentBySize(cursor, id, device.size, context));
    if (!extent && this.footers.present === true) extent = await extentByFooter(cursor, id, context, { hold });
    // Where no footer has been seen yet, there may be none: then the search must not have gone too far to come back.
    if (!extent && this.footers.present === undefined)
      extent = await extentByFooter(cursor, id, context, { hold: MAX_LOOKAHEAD, most: MAX_LOOKAHEAD });
    if (!extent && !builtIn && this.footers.present !== true && cursor.moveTo(start))
      extent = await this.guessExtent(section, hold);
    if (extent) this.footers.present ??= extent.footer;
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
      await this.inside(length, section, () => builtIn.read(sectionInput(section, kind, cursor, out)));
    else if (builtIn) {
      const message = `section ${section.name} of ${length} bytes is more than is held to be decoded`;
      out.problem('too-large', message, { offset: start, length });
    }
    if (kind === 'full') {
      const held = room > 0 && length <= room && cursor.moveTo(start);
      devices.payload(start, length, held ? await cursor.take(length, 'payload') : undefined, device);
    }
    cursor.moveTo(start + length);
    return start + length;
  }

  /**
   * The footer of a section is not there. The input may end inside the section; but where another section's footer makes sense further on, it is damage,
   * and stands where the vmdesc lets the section end.
   *
   * @throws DecodeError always
   */
  private async endMissing(section: OpenSection, start: number, device?: DescribedDevice): Promise<never> {
    const { cursor } = this;
    const { name } = section;
    const goesOn =
      cursor.seekable &&
      cursor.moveTo(start) &&
      (await resync(cursor, (id) => this.open.has(id) || id < MAX_SECTION_ID, this.open.isStarted));
    if (!goesOn) return cursor.endsInside(`payload of ${name}`, start);
    const size = device?.size ?? 0;
    if (size > 0 && size <= cursor.offset - start && cursor.moveTo(start + size) && (await cursor.fill(FOOTER_SIZE)))
      throw this.footers.missing(section);
    cursor.moveTo(start);
    const at = { offset: start, path: cursor.path('section footer') };
    throw new DecodeError('malformed', 'section-footer', `no footer behind section ${name}`, at);
  }

  /** The end of a section that nothing proves: its bytes count as unexplained, and the first one is reported for all. */
  private async guessExtent(section: OpenSection, hold: number): Promise<Extent> {
    const { offset } = this.cursor;
    const extent = await extentByGuess(this.cursor, hold);
    if (!extent) this.cursor.endsInside(`payload of ${section.name}`, offset);
    const { length } = extent;
    if (!this.guessed) {
      this.guessed = true;
      const message = `the end of section ${section.name} and of those behind it is guessed: there are neither footers nor a vmdesc`;
      this.out.problem('section-extent', message, { offset, length });
    }
    this.unproven += length;
    return extent;
  }

  /** Runs a built-in decoder inside a proven extent: what it cannot read is reported, and the section stays as bytes. */
  private async inside(length: number, section: OpenSection, read: () => Promise<void>): Promise<void> {
    const { cursor, out } = this;
    try {
      await cursor.within(length, `section ${section.name}`, async () => {
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
}
