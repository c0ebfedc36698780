/**
 * Decodes a main channel: header, configuration, sections, commands, packages, the end and what follows it.
 *
 * Reads forwards once and reports events. The order of the methods is the order of the stream. What a byte sequence cannot be is
 * thrown as `DecodeError` by whoever meets it and caught in one place (`recover`), which reports it and finds the way back.
 */
import type { Cursor } from '../bytes/cursor.js';
import { MemorySource } from '../bytes/source.js';
import { DecodeError, hex } from '../finding.js';
import {
  COMMAND_HEADER,
  commandName,
  COMMANDS,
  MIG_CMD_PACKAGED,
  MIG_CMD_POSTCOPY_LISTEN,
  MIG_CMD_POSTCOPY_RUN,
  readCommandPayload,
} from '../wire/command.js';
import { type Configuration, readConfiguration } from '../wire/configuration.js';
import { FILE_HEADER, QEMU_VM_FILE_VERSION } from '../wire/file-header.js';
import { readLayout } from '../wire/layout.js';
import { isPageSize } from '../wire/page-size.js';
import { RAM_SECTION_VERSION } from '../wire/ram.js';
import {
  isElementType,
  QEMU_VM_COMMAND,
  QEMU_VM_CONFIGURATION,
  QEMU_VM_EOF,
  QEMU_VM_VMDESCRIPTION,
  readSectionIdentity,
  type SectionIdentity,
  type SectionKind,
  sectionKind,
  sectionName,
} from '../wire/section.js';
import type { VmstateDescription } from '../vmstate/vmdesc.js';
import { readColoRounds } from './colo.js';
import { DeviceStates } from './device-states.js';
import type { Emitter } from './emitter.js';
import { RamDecoder, type RamContext } from './ram.js';
import { onlyZerosLeft, resync } from './resync.js';
import { type Extent, extentByFooter, extentByGuess, extentBySize, isFooter } from './section-extent.js';
import { findSectionDecoder } from './sections/index.js';
import { findVmdesc } from './vmdesc-lookup.js';

export interface MainChannelOptions {
  /** `recovery-main`: no header; the sections were opened on an earlier connection. */
  readonly role: 'main' | 'recovery-main';
  /** The description of another stream of the same machine, for streams that bring none. */
  readonly vmdesc?: VmstateDescription;
  /** The target page size in bytes, where the user knows better. */
  readonly pageSize?: number;
}

/** A section that the stream has opened, by its id. */
interface OpenSection extends SectionIdentity {
  readonly started: boolean;
  readonly memory: Map<string, unknown>;
}

/** Packages in packages: no QEMU writes one, and the bound keeps hostile ones from nesting for ever. */
const MAX_DEPTH = 4;
/** Sections whose identity is kept; a stream with more of them is no guest's. */
const MAX_SECTIONS = 1 << 16;

export class MainChannelDecoder implements RamContext {
  postcopy: boolean;
  pageSizeSummary: bigint | undefined;

  private readonly ram: RamDecoder;
  private readonly devices: DeviceStates;
  private readonly sections = new Map<number, OpenSection>();
  private configuration: Configuration | undefined;
  private footers: boolean | undefined;
  private advisedPageSize: number | undefined;
  private lookedUp: { readonly vmdesc?: VmstateDescription } | undefined;
  private lookedAhead = false;
  private sawEof = false;
  /** The input ended inside something: nothing can follow, at any depth. */
  private cut = false;
  /** The end of what was decoded before something that could not be, or that was not there. */
  private brokenAt: number | undefined;
  private skipped = 0;
  /** The ends of sections had to be guessed, and how many bytes those have. */
  private guessed = false;
  private unproven = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly options: MainChannelOptions,
  ) {
    // A connection is only recovered after the switch.
    this.postcopy = options.role === 'recovery-main';
    this.ram = new RamDecoder(cursor, out, this);
    this.devices = new DeviceStates(out);
  }

  get machine(): string | undefined {
    return this.configuration?.machine;
  }

  hasCapability(name: string): boolean {
    return this.configuration?.capabilities?.includes(name) ?? false;
  }

  /** Reads the channel to the end of its source; never throws for anything that the bytes say. */
  async decode(): Promise<void> {
    const { cursor, out } = this;
    const begin = cursor.offset;
    out.event({ kind: 'begin', offset: begin, channel: out.channel, role: this.options.role });
    await this.guarded(async () => {
      if (this.options.role === 'main') await this.header();
    });
    if (this.brokenAt === undefined) await this.elements(0);
    if (this.sawEof && !(await cursor.atEnd())) await this.guarded(() => this.behindEof());
    this.devices.flush();
    const good = this.brokenAt ?? out.good;
    await this.trailing();
    // How much there is of a pipe shows only at its end.
    if (cursor.source.size === undefined) await skipToEnd(cursor);
    const bytes = cursor.source.size ?? cursor.seen;
    out.event({
      kind: 'end',
      offset: bytes,
      bytes: bytes - begin,
      explainedBytes: Math.max(0, out.good - begin - this.skipped - this.unproven),
      lastGoodOffset: good,
      complete: this.sawEof && this.brokenAt === undefined && !this.guessed,
    });
  }

  private async header(): Promise<void> {
    const { cursor, out } = this;
    const offset = cursor.offset;
    const { version } = await readLayout(cursor, FILE_HEADER);
    out.event({ kind: 'header', offset, length: FILE_HEADER.size, version });
    if (version !== QEMU_VM_FILE_VERSION) {
      throw new DecodeError(
        'malformed',
        'file-version',
        `file version ${version}`,
        { offset: offset + 4, length: 4, path: 'file header > version' },
        { expected: `${QEMU_VM_FILE_VERSION}`, found: `${version}` },
      );
    }
    out.good = cursor.offset;
    if ((await cursor.fill(1)) && cursor.peekU8() === QEMU_VM_CONFIGURATION) await this.readConfiguration();
  }

  private async readConfiguration(): Promise<void> {
    const { cursor, out } = this;
    const offset = cursor.offset;
    cursor.u8();
    this.configuration = await readConfiguration(cursor, (end) => {
      out.good = end;
    });
    out.event({ kind: 'configuration', offset, length: cursor.offset - offset, ...this.configuration });
  }

  /** Reads elements until EOF, the end of the package, or a break that nothing leads back from. False when the input ended first. */
  private async elements(depth: number): Promise<boolean> {
    for (;;) {
      if (depth > 0 && this.packageEnded()) return true;
      try {
        if (await this.element(depth)) return !this.cut;
      } catch (error) {
        if (!(await this.recover(error))) return !this.cut;
      }
    }
  }

  /** Reads one element. True when it was the last one: EOF, or RUN in a package. */
  private async element(depth: number): Promise<boolean> {
    const { cursor, out } = this;
    out.section = undefined;
    if (!cursor.has(1)) await cursor.need(1, 'section type');
    const offset = cursor.offset;
    const type = cursor.u8();
    const kind = sectionKind(type);
    let last = false;
    if (kind === 'part' || kind === 'end') await this.sectionPart(kind, offset, depth);
    else if (kind) await this.sectionStart(kind, offset, depth);
    else if (type === QEMU_VM_COMMAND) last = await this.command(offset, depth);
    else if (type === QEMU_VM_EOF) {
      out.event({ kind: 'eof', offset, packaged: depth > 0 });
      if (depth === 0) this.sawEof = true;
      last = true;
    } else {
      cursor.position--;
      throw unknownType(type, offset, cursor.path('section type'));
    }
    if (this.cut) return true;
    out.good = cursor.offset;
    return last;
  }

  private async sectionStart(kind: SectionKind, offset: number, depth: number): Promise<void> {
    const { cursor, out } = this;
    const identity = await readSectionIdentity(cursor);
    out.section = sectionName(identity);
    const known = this.sections.get(identity.id);
    // A handler that is iterable and has device state as well uses one id for both.
    const same = known?.idstr === identity.idstr && known.instance === identity.instance;
    const section: OpenSection = {
      ...identity,
      started: kind === 'start' || (same && known.started),
      memory: same ? known.memory : new Map(),
    };
    if (known || this.sections.size < MAX_SECTIONS) this.sections.set(identity.id, section);
    out.event({ kind: 'section-start', offset, section: kind, packaged: depth > 0, ...identity });
    out.good = cursor.offset;
    await this.sectionBody(section, kind, offset);
  }

  private async sectionPart(kind: SectionKind, offset: number, depth: number): Promise<void> {
    const { cursor, out } = this;
    if (!cursor.has(4)) await cursor.need(4, 'section id');
    const id = cursor.u32();
    const section = this.sections.get(id) ?? (await this.adoptSection(id, offset));
    out.section = sectionName(section);
    const { idstr, instance, version } = section;
    out.event({ kind: 'section-start', offset, section: kind, packaged: depth > 0, id, idstr, instance, version });
    out.good = cursor.offset;
    await this.sectionBody(section, kind, offset);
  }

  /** On a recovery connection the sections were opened before: RAM is the one that has pages, dirty bitmaps have chunks. */
  private async adoptSection(id: number, offset: number): Promise<OpenSection> {
    const { cursor } = this;
    if (this.options.role === 'recovery-main') {
      this.out.good = cursor.offset;
      await cursor.need(1, 'section payload');
      const ram = cursor.peekU8() === 0 && this.sections.size === 0;
      const section: OpenSection = {
        id,
        idstr: ram ? 'ram' : 'dirty-bitmap',
        instance: 0,
        version: ram ? RAM_SECTION_VERSION : 1,
        started: true,
        memory: new Map(),
      };
      this.sections.set(id, section);
      return section;
    }
    throw new DecodeError('malformed', 'unknown-section-id', `section ${hex(id)} was never started`, {
      offset,
      length: 5,
      path: cursor.path('section id'),
    });
  }

  /** Payload and footer. */
  private async sectionBody(section: OpenSection, kind: SectionKind, offset: number): Promise<void> {
    const { cursor, out } = this;
    const payloadOffset = cursor.offset;
    const decoder = section.idstr === 'ram' ? undefined : findSectionDecoder(section.idstr);
    let payloadEnd: number | undefined;
    if (section.idstr === 'ram' && kind !== 'full') {
      if (section.version !== RAM_SECTION_VERSION) throw this.wrongVersion(section, `${RAM_SECTION_VERSION}`, offset);
      if (!this.ram.payloadInWindow()) await this.ram.payload();
    } else if (decoder?.kinds.includes(kind) && kind !== 'full') {
      if (!decoder.versions.includes(section.version))
        throw this.wrongVersion(section, decoder.versions.join(', '), offset);
      await decoder.read({ ...section, kind, cursor, out, memory: section.memory });
    } else {
      payloadEnd = await this.opaquePayload(section, kind, payloadOffset);
    }
    payloadEnd ??= cursor.offset;
    out.good = payloadEnd;
    const footer = this.footers !== false && (this.footerInWindow(section) || (await this.footer(section)));
    const { id, idstr, instance, version } = section;
    const payloadLength = payloadEnd - payloadOffset;
    out.event({
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
    const wait = out.drain();
    if (wait) await wait;
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
      started: (id: number): boolean => this.sections.get(id)?.started === true,
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

  /** True when it was RUN in a package. */
  private async command(offset: number, depth: number): Promise<boolean> {
    const { cursor, out } = this;
    const { code, length } = await readLayout(cursor, COMMAND_HEADER);
    const name = commandName(code);
    await cursor.need(length, `payload of ${name}`);
    const end = cursor.offset + length;
    const raw = Uint8Array.from(cursor.buffer.subarray(cursor.position, cursor.position + length));
    const at = { offset, length: 5 + length };
    const packaged = depth > 0;
    let payload = {} as ReturnType<typeof readCommandPayload>;
    if (!COMMANDS.has(code)) out.problem('unknown-command', `command ${hex(code)} with ${length} bytes`, at);
    else {
      try {
        payload = readCommandPayload(cursor, code, length);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        out.caught(error);
      }
    }
    await cursor.skip(end - cursor.offset, name);
    out.event({ kind: 'command', ...at, code, name, payload, packaged, ...(length > 0 && { raw }) });
    out.good = cursor.offset;
    this.pageSizeSummary = payload.pageSizeSummary ?? this.pageSizeSummary;
    this.advisedPageSize = payload.targetPageSize ?? this.advisedPageSize;
    if (code === MIG_CMD_POSTCOPY_LISTEN) this.postcopy = true;
    if (code === MIG_CMD_PACKAGED && payload.packagedLength !== undefined)
      await this.packaged(payload.packagedLength, depth);
    return packaged && code === MIG_CMD_POSTCOPY_RUN;
  }

  private async packaged(length: number, depth: number): Promise<void> {
    const { cursor, out } = this;
    const offset = cursor.offset;
    const end = offset + length;
    if (depth >= MAX_DEPTH) {
      throw new DecodeError('malformed', 'range-exceeded', `packages nested deeper than ${MAX_DEPTH}`, { offset });
    }
    out.event({ kind: 'packaged-start', offset, length });
    if (!(await cursor.within(length, 'PACKAGED', () => this.elements(depth + 1)))) return;
    const behind = cursor.offset;
    const unread = end - behind;
    await cursor.skip(unread, 'PACKAGED');
    out.event({ kind: 'packaged-end', offset: behind, unread });
    if (unread > 0 && this.brokenAt === undefined) {
      out.problem('packaged-end', `${unread} bytes of the package behind its end`, { offset: behind, length: unread });
    }
  }

  private packageEnded(): boolean {
    const { cursor, out } = this;
    if (cursor.offset < cursor.range!.end) return false;
    if (this.brokenAt === undefined)
      out.problem('packaged-end', 'the package ends without POSTCOPY_RUN', { offset: cursor.offset });
    return true;
  }

  /** The vmdesc and what else may stand behind EOF. */
  private async behindEof(): Promise<void> {
    const { cursor, out } = this;
    if (cursor.peekU8() === QEMU_VM_VMDESCRIPTION) {
      const vmdesc = await this.devices.readVmdesc(cursor);
      if (vmdesc) this.lookedUp = { vmdesc };
      out.good = cursor.offset;
    }
    await readColoRounds(cursor, out, () => this.elements(0));
  }

  /** Steps over what is left; zeros are padding, anything else is reported. */
  private async trailing(): Promise<void> {
    const { cursor, out } = this;
    const offset = cursor.offset;
    const ended = this.sawEof && this.brokenAt === undefined;
    if (!ended || (await cursor.atEnd())) return;
    const zeros = await onlyZerosLeft(cursor);
    const left = cursor.source.size === undefined ? 0 : cursor.source.size - cursor.offset;
    if (!zeros && left > 0) await cursor.skip(left, 'trailing bytes');
    await skipToEnd(cursor);
    const length = cursor.offset - offset;
    out.event({ kind: 'trailing', offset, length, zeros });
    if (zeros) out.good = cursor.offset;
    else out.problem('trailing-bytes', `${length} bytes behind the end of the stream`, { offset, length });
  }

  /** What a decoder could not go on from: reports it and moves on to where decoding can. False when there is no such place. */
  private async recover(error: unknown): Promise<boolean> {
    if (!(error instanceof DecodeError)) throw error;
    const { cursor, out } = this;
    const from = out.good;
    this.breakAt(from);
    const zerosFrom = cursor.offset;
    if (error.kind === 'malformed' && cursor.range === undefined && (await onlyZerosLeft(cursor))) {
      const zeros = cursor.offset - zerosFrom;
      if (zeros > 0) {
        this.cut = true;
        out.problem('truncated', `nothing but ${zeros} zero bytes follow: the rest was never written`, { ...error.at });
        return false;
      }
    }
    out.caught(error);
    if (error.kind === 'truncated') {
      this.cut = true;
      return false;
    }
    const found = await resync(
      cursor,
      (id) => this.sections.has(id),
      (id) => this.sections.get(id)?.started === true,
    );
    const length = cursor.offset - from;
    out.event({ kind: 'skipped', offset: from, length });
    this.skipped += length;
    out.good = cursor.offset;
    return found;
  }

  private breakAt(good: number): void {
    this.brokenAt ??= good;
  }

  /** Runs a part that nothing can be resumed behind. */
  private async guarded(fn: () => Promise<void>): Promise<void> {
    try {
      await fn();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.breakAt(this.out.good);
      this.cut ||= error.kind === 'truncated';
      this.out.caught(error);
    }
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

  async statedPageSize(): Promise<{ readonly pageSize: number; readonly evidence: string } | undefined> {
    const bits = this.configuration?.pageBits;
    if (this.options.pageSize !== undefined) return { pageSize: this.options.pageSize, evidence: 'given' };
    if (bits !== undefined) return { pageSize: 2 ** bits, evidence: 'configuration/target-page-bits' };
    if (this.advisedPageSize !== undefined) return { pageSize: this.advisedPageSize, evidence: 'POSTCOPY_ADVISE' };
    const described = (await this.description())?.pageSize;
    return described === undefined || !isPageSize(described) ? undefined : { pageSize: described, evidence: 'vmdesc' };
  }

  /** The description of the device state, where it can be had before the end of the stream. */
  private async description(): Promise<VmstateDescription | undefined> {
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

async function skipToEnd(cursor: Cursor): Promise<void> {
  while (!(await cursor.atEnd())) cursor.position = cursor.limit;
}

function unknownType(type: number, offset: number, path: string): DecodeError {
  return new DecodeError(
    'malformed',
    'unknown-section-type',
    `section type ${hex(type)}`,
    { offset, length: 1, path },
    { expected: 'a section, a command or the end', found: hex(type) },
  );
}
