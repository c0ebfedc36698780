/**
 * The sections of a stream as QEMU's scripts/analyze-migration.py prints them: one member for each section id, in the order in which
 * START and FULL open them; an id that is opened again keeps its place and gets the new contents.
 */
import type { Finding } from '../finding.js';
import type { EventOf, StreamEvent, StreamSink } from '../stream/events.js';
import { writeStruct } from './analyze-fields.js';
import { hexBytes } from '../bytes/hex-view.js';
import { PythonJsonWriter, type TextOutput } from './python-json.js';

/** Bytes of device state that are held back for ids that might be opened again; beyond it the first sections are printed for good. */
const MAX_HELD = 8 << 20;
/** Sections that are held back. */
const MAX_SECTIONS = 1 << 16;

interface Section {
  readonly id: number;
  readonly idstr: string;
  /** Its payload and footer have been read. */
  ended: boolean;
  state?: EventOf<'device-state'>;
  /** RAM blocks and their used lengths. */
  blocks?: Map<string, number>;
}

export class SectionsReport implements StreamSink {
  readonly wantsDeviceState = true;
  /** The script knows the vmdesc alone. */
  readonly rawDevices = true;
  /** What is wrong with the stream: errors and warnings. */
  readonly problems: Finding[] = [];
  /** The stream reached its own end, and nothing was cut or skipped. */
  complete = false;

  private readonly json: PythonJsonWriter;
  private readonly sections = new Map<number, Section>();
  private open: Section | undefined;
  private held = 0;

  constructor(
    out: TextOutput,
    /** Writes the members of the object that holds the contents of RAM; without it they are left out. */
    private readonly memory?: (json: PythonJsonWriter) => Promise<void>,
  ) {
    this.json = new PythonJsonWriter(out);
  }

  event(event: StreamEvent): void {
    switch (event.kind) {
      case 'begin':
        this.json.beginObject();
        break;
      case 'section-start':
        if (event.section === 'start' || event.section === 'full') this.begin(event.id, event.idstr);
        else this.open = this.sections.get(event.id);
        break;
      case 'section-end':
        if (this.open) this.open.ended = true;
        this.open = undefined;
        break;
      case 'ram-blocks':
        this.addBlocks(event);
        break;
      case 'device-state':
        this.addState(event);
        break;
      case 'problem':
        if (event.finding.severity !== 'info') this.problems.push(event.finding);
        break;
      case 'end':
        this.complete = event.complete;
        break;
      default:
    }
  }

  drain(): Promise<void> | undefined {
    return this.held > MAX_HELD || this.sections.size > MAX_SECTIONS ? this.print() : undefined;
  }

  /** Writes what is left. To be called behind the last event. */
  async finish(): Promise<void> {
    this.open = undefined;
    await this.print();
    this.json.endObject();
  }

  private begin(id: number, idstr: string): void {
    this.held -= this.sections.get(id)?.state?.payload.length ?? 0;
    this.open = { id, idstr, ended: false };
    this.sections.set(id, this.open);
  }

  private addBlocks(event: EventOf<'ram-blocks'>): void {
    if (!this.open) return;
    this.open.blocks ??= new Map();
    for (const { name, usedLength } of event.blocks) this.open.blocks.set(name, usedLength);
  }

  private addState(event: EventOf<'device-state'>): void {
    const section = this.sections.get(event.id);
    if (!section) return;
    this.held += event.payload.length - (section.state?.payload.length ?? 0);
    section.state = event;
  }

  /** Writes the sections in front of the one that is open. */
  private async print(): Promise<void> {
    for (const section of this.sections.values()) {
      if (section === this.open) return;
      await this.section(section);
      this.sections.delete(section.id);
      this.held -= section.state?.payload.length ?? 0;
    }
  }

  private async section({ id, idstr, ended, state, blocks }: Section): Promise<void> {
    const { json } = this;
    // Of a section that the stream breaks off in there is nothing to show.
    if (!ended && !state && idstr !== 'ram') return;
    json.key(`${idstr} (${id})`);
    if (state?.state) writeStruct(json, state.state, state.payload);
    else if (state) {
      json.beginObject();
      json.key('data');
      json.string(hexBytes(state.payload));
      json.endObject();
    } else if (idstr === 'ram') await this.ram(blocks ?? new Map());
    else json.string('');
  }

  private async ram(blocks: ReadonlyMap<string, number>): Promise<void> {
    const { json } = this;
    json.beginObject();
    json.key('section sizes');
    json.beginObject();
    for (const [name, usedLength] of blocks) {
      json.key(name);
      json.string(address(usedLength));
    }
    json.endObject();
    if (this.memory) {
      json.key('memory');
      json.beginObject();
      await this.memory(json);
      json.endObject();
    }
    json.endObject();
  }
}

/** `0x` and sixteen digits. */
export function address(value: number): string {
  return `0x${value.toString(16).padStart(16, '0')}`;
}
