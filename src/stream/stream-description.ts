/** The description of a stream's device state, as soon as it can be had: it was given, or stands at the end of the source, or has been read. */
import type { Cursor } from '../bytes/cursor.js';
import { MemorySource } from '../bytes/source.js';
import type { VmstateDescription } from '../vmstate/vmdesc.js';
import type { Emitter } from './emitter.js';
import type { SectionFooters } from './section-footers.js';
import { sectionsAhead } from './sections-ahead.js';
import { findVmdesc, type FoundVmdesc, locateVmdesc } from './vmdesc-lookup.js';

export class StreamDescription {
  private lookedUp: { readonly vmdesc?: VmstateDescription } | undefined;
  private atEnd: FoundVmdesc | undefined;
  private lookedAhead = false;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly footers: SectionFooters,
    /** The description of another stream of the same machine, which counts for more. */
    private readonly given: VmstateDescription | undefined,
  ) {}

  /** The end of the source has been looked at. */
  get isLookedUp(): boolean {
    return this.lookedUp !== undefined;
  }

  /** What is known without looking for more. */
  get known(): VmstateDescription | undefined {
    return this.given ?? this.lookedUp?.vmdesc;
  }

  /** What the source itself has told so far. */
  get found(): VmstateDescription | undefined {
    return this.lookedUp?.vmdesc;
  }

  /** Tells what the stream itself has said of its device state; the sections of COLO rounds come behind that. */
  describe(vmdesc: VmstateDescription): void {
    this.lookedUp = { vmdesc };
  }

  /** Reports the sections at the end of the source that somebody wants to know before what stands in front of them. */
  ahead(): void {
    const { out, cursor } = this;
    if (!out.wantsAhead || !cursor.source.readAt) return;
    this.lookUp();
    if (!this.atEnd) return;
    for (const section of sectionsAhead(cursor.source, this.atEnd, (device) => out.wantedAhead(device)))
      out.event({ kind: 'device-ahead', ...section });
  }

  /** Looks for it where it can be had before the end of the stream. */
  async find(): Promise<VmstateDescription | undefined> {
    if (this.given) return this.given;
    const { source } = this.cursor;
    const lookedUp = this.lookUp();
    // From a pipe it comes too late, unless there is no other way to tell sections apart: then the rest is read ahead.
    if (!source.readAt && this.footers.present === false && !this.lookedAhead) {
      this.lookedAhead = true;
      const vmdesc = findVmdesc(new MemorySource(await this.cursor.lookahead()));
      if (vmdesc) this.lookedUp = { vmdesc };
    }
    return (this.lookedUp ?? lookedUp).vmdesc;
  }

  /** Looks for a vmdesc at the end of the source, once. */
  private lookUp(): { readonly vmdesc?: VmstateDescription } {
    if (this.lookedUp) return this.lookedUp;
    this.atEnd = locateVmdesc(this.cursor.source);
    this.lookedUp = this.atEnd ? { vmdesc: this.atEnd.description } : {};
    return this.lookedUp;
  }
}
