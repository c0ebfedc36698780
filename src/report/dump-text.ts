/** The `text` format of `dump`: the stream from its first byte to its last, one element after the other, with the offset of each. */
import { hexBytes, hexLines } from '../bytes/hex-view.js';
import { jsonLine } from '../bytes/json.js';
import type { TextWriter } from '../bytes/text-writer.js';
import { count, plural, size } from '../bytes/units.js';
import { visible } from '../bytes/visible.js';
import { hex } from '../finding.js';
import type { EventOf, RecordValue, StreamEvent, StreamSink } from '../stream/events.js';
import { PAGE_KINDS, type PageBatch } from '../stream/page-batch.js';
import { sectionName } from '../wire/section.js';
import { JsonObject, type JsonValue, parseJson } from '../vmstate/json.js';
import { commandPayloadText } from './command-text.js';
import { bodyOf } from './dump-json.js';
import type { DumpOptions } from './dump-options.js';
import { findingText } from './finding-text.js';
import { isEmpty, stateTree } from './state-tree.js';
import { stateLines } from './state-text.js';
import type { Style } from './style.js';
import { table } from './table.js';

export class TextDump implements StreamSink {
  readonly wantsDeviceState = true;
  readonly rawDevices: boolean;
  readonly wantsMappedPages: boolean;
  private section: EventOf<'section-start'> | undefined;
  /** The header line of a FULL section waits for the length that its end tells. */
  private waiting = false;
  private readonly kinds = new Array<number>(PAGE_KINDS.length).fill(0);
  private depth = 0;

  constructor(
    private readonly out: Pick<TextWriter, 'line'>,
    private readonly options: DumpOptions,
    private readonly style: Style,
  ) {
    this.rawDevices = options.rawDevices === true;
    this.wantsMappedPages = options.pages || options.memory;
  }

  pages(batch: PageBatch): void {
    const { pages, memory, maxBytes } = this.options;
    if (!this.shown()) return;
    for (let i = 0; i < batch.length; i++) this.kinds[batch.kind[i]!]!++;
    if (!(pages || memory)) return;
    for (let i = 0; i < batch.length; i++) {
      const block = batch.blocks[batch.block[i]!]!.name;
      const kind = PAGE_KINDS[batch.kind[i]!]!;
      const length = kind === 'xbzrle' || kind === 'compressed' ? `, ${batch.size[i]} bytes` : '';
      this.line(batch.offset[i]!, `  ${kind.padEnd(6)} ${block} ${hex(batch.address[i]!)}${length}`);
      if (memory && kind !== 'zero') {
        for (const line of hexLines(bodyOf(batch, i), batch.address[i]!, maxBytes)) this.more(`    ${line}`);
      }
    }
  }

  event(event: StreamEvent): void {
    const { selected } = this.options;
    switch (event.kind) {
      case 'section-start':
        this.section = event;
        this.waiting = event.section === 'full';
        if (!this.waiting && this.shown()) this.sectionLine(event, '');
        return;
      case 'section-end':
        if (this.waiting && this.shown()) this.sectionLine(this.section!, `, ${plural(event.payloadLength, 'byte')}`);
        this.waiting = false;
        this.pageSummary();
        return;
      case 'device-state':
        return this.deviceState(event);
      case 'problem':
        this.settle();
        return this.more(findingText(event.finding, this.style));
      case 'skipped':
        return this.line(event.offset, this.style('red', `skipped ${plural(event.length, 'byte')}`));
      case 'end':
        this.settle();
        return this.end(event);
      case 'ram-blocks':
      case 'page-size':
      case 'ram-mark':
      case 'record':
        if (!this.shown()) return;
        if (event.kind === 'record' && this.waiting) {
          this.sectionLine(this.section!, '');
          this.waiting = false;
        }
        return this.inSection(event);
      default:
        if (!selected) this.outsideSections(event);
    }
  }

  private outsideSections(event: StreamEvent): void {
    switch (event.kind) {
      case 'begin':
        return this.more(`${this.style('bold', visible(event.channel))}: ${event.role} channel`);
      case 'header':
        return this.line(event.offset, `file header, version ${event.version}`);
      case 'configuration':
        this.line(event.offset, `configuration: machine type ${event.machine}`);
        if (event.pageBits !== undefined) this.more(`            target page bits ${event.pageBits}`);
        if (event.capabilities) this.more(`            capabilities ${event.capabilities.join(', ') || '(none)'}`);
        if (event.uuid !== undefined) this.more(`            uuid ${event.uuid}`);
        return;
      case 'command': {
        const payload =
          commandPayloadText(event.payload) || (event.raw ? hexBytes(event.raw, this.options.maxBytes) : '');
        // A command that no release knows is named `command 0x…`.
        const name = event.name.replace(/^command /, '');
        this.line(event.offset, `command ${this.style('cyan', name)}${payload === '' ? '' : `: ${payload}`}`);
        for (const [start, length] of event.payload.ranges ?? [])
          this.more(`            ${hex(start)} +${hex(length)}`);
        return;
      }
      case 'packaged-start':
        this.line(event.offset, `package of ${plural(event.length, 'byte')}`);
        this.depth++;
        return;
      case 'packaged-end':
        this.depth = Math.max(0, this.depth - 1);
        return this.line(event.offset, 'end of package');
      case 'eof':
        return this.line(event.offset, 'end of stream');
      case 'vmdesc':
        return this.vmdesc(event);
      case 'colo':
        return this.line(
          event.offset,
          `COLO ${event.name}${event.value === undefined ? '' : `: ${plural(event.value, 'byte')}`}`,
        );
      case 'multifd-init':
        return this.line(event.offset, `multifd channel ${event.id}, uuid ${event.uuid}`);
      case 'packet':
        return this.packet(event);
      case 'device-packet':
        return this.devicePacket(event);
      case 'message': {
        const name = this.style('cyan', event.name);
        return this.line(event.offset, `message ${name}${this.recordFields(event.fields)}`);
      }
      case 'trailing':
        return this.line(
          event.offset,
          `${plural(event.length, 'byte')} behind the end${event.zeros ? ', all zero' : ''}`,
        );
      default:
    }
  }

  private inSection(event: EventOf<'ram-blocks' | 'page-size' | 'ram-mark' | 'record'>): void {
    switch (event.kind) {
      case 'ram-blocks':
        return this.blocks(event);
      case 'page-size':
        return this.line(event.offset, `  (page size ${size(event.pageSize)}, by ${event.evidence})`);
      case 'ram-mark':
        this.pageSummary();
        if (event.name !== 'EOS' || this.options.pages) this.line(event.offset, `  ${event.name}`);
        return;
      case 'record':
        this.line(event.offset, `  ${event.name}${this.recordFields(event.fields)}`);
    }
  }

  private packet(event: EventOf<'packet'>): void {
    const { packetNum, block, normalPages, zeroPages, payloadLength, method, sync, twin } = event;
    const parts = [];
    if (block !== '') parts.push(visible(block));
    if (normalPages > 0)
      parts.push(`${plural(normalPages, 'normal page')} in ${plural(payloadLength, 'byte')} (${method})`);
    if (zeroPages > 0) parts.push(plural(zeroPages, 'zero page'));
    if (sync) parts.push(this.style('cyan', `SYNC ${event.generation}`));
    if (twin) parts.push('nothing, the twin of the SYNC before');
    this.line(event.offset, `packet ${packetNum}: ${parts.join(', ') || 'nothing'}`);
    this.kinds.fill(0);
  }

  private devicePacket({ offset, idstr, instance, index, config, data }: EventOf<'device-packet'>): void {
    const what = config ? 'configuration' : 'data';
    const name = this.style('green', sectionName({ idstr: visible(idstr), instance }));
    this.line(offset, `device state of ${name}: packet ${index}, ${plural(data.length, 'byte')} of ${what}`);
    if (this.options.memory) for (const line of hexLines(data, 0, this.options.maxBytes)) this.more(`    ${line}`);
  }

  private blocks({ offset, blocks, total }: EventOf<'ram-blocks'>): void {
    this.line(offset, `  block list: ${plural(blocks.length, 'block')}, ${size(total)}`);
    if (blocks.length === 0) return;
    const extra = [
      blocks.some((block) => block.pageSize !== undefined) &&
        (['page size', (block: (typeof blocks)[number]) => hexOr(block.pageSize)] as const),
      blocks.some((block) => block.address !== undefined) &&
        (['address', (block: (typeof blocks)[number]) => hexOr(block.address)] as const),
      blocks.some((block) => block.mappedRam) &&
        (['bitmap at', (block: (typeof blocks)[number]) => hexOr(block.mappedRam?.bitmapOffset)] as const),
      blocks.some((block) => block.mappedRam) &&
        (['pages at', (block: (typeof blocks)[number]) => hexOr(block.mappedRam?.pagesOffset)] as const),
      blocks.some((block) => block.mappedRam) &&
        (['stored pages', (block: (typeof blocks)[number]) => block.mappedRam?.normalPages ?? ''] as const),
    ].filter((column) => column !== false);
    const rows = blocks.map((block) => [
      block.name,
      hex(block.usedLength),
      size(block.usedLength),
      ...extra.map(([, value]) => value(block)),
    ]);
    this.more(table(['block', 'bytes', '', ...extra.map(([name]) => name)], rows, '              '));
  }

  private recordFields(fields: EventOf<'record'>['fields']): string {
    const parts = Object.entries(fields).map(([name, value]) => `${name} ${this.recordValue(value)}`);
    return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  }

  private recordValue(value: RecordValue): string {
    if (value instanceof Uint8Array) return hexBytes(value, this.options.maxBytes);
    if (Array.isArray(value)) {
      const elements = (value as readonly RecordValue[]).map((element) => this.recordValue(element));
      const same = elements.length > 1 && elements.every((element) => element === elements[0]);
      return same ? `${elements.length} × ${elements[0]}` : `[${elements.join(', ')}]`;
    }
    if (typeof value === 'number' || typeof value === 'bigint') return value > 9 ? hex(value) : `${value}`;
    if (typeof value === 'object') {
      return `{${Object.entries(value)
        .map(([name, inner]) => `${name} ${this.recordValue(inner)}`)
        .join(', ')}}`;
    }
    return String(value);
  }

  private deviceState(event: EventOf<'device-state'>): void {
    const { payload, state, offset, note } = event;
    const { selected, maxBytes, offsets } = this.options;
    const late = this.section?.id !== event.id || this.section.idstr !== event.idstr;
    const head = (): void => {
      if (late) this.line(offset, `state of ${this.style('green', sectionName(event))} (version ${event.version})`);
    };
    if (!state) {
      if (selected && !selected.section(event)) return;
      head();
      if (note !== undefined) this.more(`              ${visible(note)}`);
      if (payload.length > 0) this.more(`              ${hexBytes(payload, maxBytes)}`);
      return;
    }
    const tree = stateTree(state, payload, event, selected);
    if (selected && isEmpty(tree)) return;
    head();
    if (selected && !late && !this.shown()) this.sectionLine(this.section!, '');
    for (const line of stateLines(tree, offset, '              ', { maxBytes, offsets })) this.more(line);
  }

  private vmdesc({ offset, length, description }: EventOf<'vmdesc'>): void {
    const devices = description ? `, ${plural(description.devices.length, 'device')}` : '';
    this.line(offset, `vmdesc: ${plural(length, 'byte')}${devices}`);
    if (!description || !this.options.desc) return;
    for (const line of jsonLines(parseJson(description.text), '')) this.more(`            ${line}`);
  }

  private end({ offset, complete, bytes, explainedBytes, lastGoodOffset }: EventOf<'end'>): void {
    const explained =
      bytes === explainedBytes ? 'every byte explained' : `${plural(bytes - explainedBytes, 'byte')} not explained`;
    const state = complete
      ? this.style('green', 'whole')
      : this.style('red', `broken, good up to ${hex(lastGoodOffset)}`);
    this.line(offset, `end: ${plural(bytes, 'byte')}, ${state}, ${explained}`);
  }

  private sectionLine(
    { offset, section, id, idstr, instance, version }: EventOf<'section-start'>,
    length: string,
  ): void {
    const name = this.style('green', sectionName({ idstr, instance }));
    this.line(offset, `section ${section.toUpperCase().padEnd(5)} ${name} (id ${id}, version ${version}${length})`);
  }

  /** What still waits when a section is cut off. */
  private settle(): void {
    if (this.waiting && this.shown()) this.sectionLine(this.section!, '');
    this.waiting = false;
    this.pageSummary();
  }

  private pageSummary(): void {
    const parts = PAGE_KINDS.map((kind, i) => [kind, this.kinds[i]!] as const).filter(([, pages]) => pages > 0);
    if (parts.length === 0) return;
    this.more(`              pages: ${parts.map(([kind, pages]) => `${count(pages)} ${kind}`).join(', ')}`);
    this.kinds.fill(0);
  }

  /** What belongs to no section, as on the channels beside the main one, is shown where nothing is selected. */
  private shown(): boolean {
    const { selected } = this.options;
    return !selected || (this.section !== undefined && selected.section(this.section));
  }

  private line(offset: number, text: string): void {
    this.out.line(`${this.style('dim', offset.toString(16).padStart(10, '0'))}  ${'  '.repeat(this.depth)}${text}`);
  }

  private more(text: string): void {
    this.out.line(text);
  }
}

function hexOr(value: number | undefined): string {
  return value === undefined ? '' : hex(value);
}

/** JSON text with two spaces a level; keys that stand twice are shown twice. */
function* jsonLines(value: JsonValue, prefix: string, suffix = '', indent = ''): Generator<string> {
  const entries: (readonly [string, JsonValue])[] =
    value instanceof JsonObject
      ? value.pairs.map(([key, inner]) => [`${jsonLine(key)}: `, inner] as const)
      : Array.isArray(value)
        ? (value as readonly JsonValue[]).map((inner) => ['', inner] as const)
        : [];
  const object = value instanceof JsonObject;
  if (entries.length === 0) {
    const text = object ? '{}' : Array.isArray(value) ? '[]' : typeof value === 'bigint' ? `${value}` : jsonLine(value);
    yield `${indent}${prefix}${text}${suffix}`;
    return;
  }
  yield `${indent}${prefix}${object ? '{' : '['}`;
  for (const [i, [key, inner]] of entries.entries())
    yield* jsonLines(inner, key, i < entries.length - 1 ? ',' : '', `${indent}  `);
  yield `${indent}${object ? '}' : ']'}${suffix}`;
}
