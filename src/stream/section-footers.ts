/**
 * The footers of sections: a stream has them behind all of its sections or behind none (`send-section-footer` of the machine type), and the first section
 * shows which.
 */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError } from '../finding.js';
import { FOOTER_SIZE, isElementType } from '../wire/section.js';
import type { Emitter } from './emitter.js';
import type { OpenSection } from './open-sections.js';
import { isFooter } from './section-extent.js';

export class SectionFooters {
  /** Undefined before the first section shows it. */
  present: boolean | undefined;

  /** The first section without a footer, and where it ended. */
  private footerless: { readonly name: string; readonly end: number } | undefined;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
  ) {}

  /** Takes the footer when it is in the window. */
  take(id: number): boolean {
    const { cursor } = this;
    if (!isFooter(cursor.buffer, cursor.position, cursor.limit, id)) return false;
    cursor.position += FOOTER_SIZE;
    this.present = true;
    return true;
  }

  /**
   * Reads the footer of a section; false where the stream has none.
   *
   * @throws DecodeError `section-footer` where something else stands in its place, `truncated` where the input ends
   */
  read(section: OpenSection): Promise<boolean> {
    return this.present === false ? this.late(section) : this.expected(section);
  }

  private async expected(section: OpenSection): Promise<boolean> {
    const { cursor } = this;
    if (!cursor.has(FOOTER_SIZE)) await cursor.fill(FOOTER_SIZE);
    if (this.take(section.id)) return true;
    if (!cursor.has(1)) await cursor.need(FOOTER_SIZE, 'section footer');
    if (this.present === undefined && isElementType(cursor.peekU8())) {
      this.present = false;
      this.footerless = { name: section.name, end: cursor.offset };
      return false;
    }
    await cursor.need(FOOTER_SIZE, 'section footer');
    throw this.missing(section);
  }

  /** A footer in a stream that seemed to have none: no element begins with its byte, so that it is the first section that lacks its own. */
  private async late(section: OpenSection): Promise<boolean> {
    const { cursor, footerless } = this;
    if (!cursor.has(FOOTER_SIZE)) await cursor.fill(FOOTER_SIZE);
    if (!this.take(section.id)) return false;
    if (footerless) {
      const { name, end } = footerless;
      const message = `no footer behind section ${name}, but behind ${section.name}`;
      this.out.problem('section-footer', message, { offset: end, section: name, path: 'section footer' });
    }
    return true;
  }

  /** The five bytes at the cursor are not the footer of the section. */
  missing({ id, name }: OpenSection): DecodeError {
    const { cursor } = this;
    const found = cursor.buffer.toString('hex', cursor.position, cursor.position + FOOTER_SIZE);
    const other = found.startsWith('7e') ? `the footer behind section ${name} has another id` : undefined;
    return new DecodeError(
      'malformed',
      'section-footer',
      other ?? `no footer behind section ${name}`,
      { offset: cursor.offset, length: FOOTER_SIZE, path: cursor.path('section footer') },
      {
        expected: `7e ${id.toString(16).padStart(8, '0')}`,
        found: `${found.slice(0, 2)} ${found.slice(2)}`,
      },
    );
  }
}
