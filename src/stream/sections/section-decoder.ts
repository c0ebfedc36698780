/** What a decoder of one kind of section gets and gives. One file beside this one for each idstr that has a layout of its own. */
import type { Cursor } from '../../bytes/cursor.js';
import type { SectionIdentity, SectionKind } from '../../wire/section.js';
import type { Emitter } from '../emitter.js';
import type { RecordFields } from '../events.js';
import type { OpenSection } from '../open-sections.js';

export interface SectionInput extends SectionIdentity {
  readonly kind: SectionKind;
  readonly cursor: Cursor;
  readonly out: Emitter;
  /** Kept by the decoder between the sections of one id, for formats whose records lean on earlier ones. */
  readonly memory: Map<string, unknown>;
}

export interface SectionDecoder {
  /** The sections it reads. */
  readonly matches: (idstr: string) => boolean;
  /**
   * `iterable`: START, PART and END delimit themselves. `full`: FULL sections do; they are read inside the extent that the
   * footer proves, and alone where there is none.
   */
  readonly kinds: readonly SectionKind[];
  readonly versions: readonly number[];
  /**
   * Reads one payload to its end, reporting each record.
   *
   * @throws DecodeError `section-record` where the payload is not what its writer produces
   */
  readonly read: (input: SectionInput) => Promise<void>;
}

/** What a decoder gets of a section whose payload the cursor stands at. */
export function sectionInput(section: OpenSection, kind: SectionKind, cursor: Cursor, out: Emitter): SectionInput {
  const { id, idstr, instance, version } = section;
  return { id, idstr, instance, version, kind, cursor, out, memory: (section.memory ??= new Map()) };
}

/** Reports a record that ends where the cursor stands. */
export function record(input: SectionInput, offset: number, name: string, fields: RecordFields): void {
  input.out.event({ kind: 'record', offset, length: input.cursor.offset - offset, section: input.idstr, name, fields });
}
