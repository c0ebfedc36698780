/**
 * Decodes a main channel: header, configuration, sections, commands, packages, the end and what follows it.
 *
 * Reads forwards once and reports events. The order of the methods is the order of the stream. What a byte sequence cannot be is
 * thrown as `DecodeError` by whoever meets it and caught in one place (`recover`), which reports it and finds the way back.
 */
import type { Cursor } from '../bytes/cursor.js';
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
import { readLayout } from '../bytes/layout.js';
import { isPageSize } from '../wire/page-size.js';
import {
  QEMU_VM_COMMAND,
  QEMU_VM_CONFIGURATION,
  QEMU_VM_EOF,
  QEMU_VM_VMDESCRIPTION,
  sectionKind,
} from '../wire/section.js';
import type { VmstateDescription } from '../vmstate/vmdesc.js';
import { readColoRounds } from './colo.js';
import { DeviceStates } from './device-states.js';
import type { Emitter } from './emitter.js';
import { RamDecoder, type RamContext } from './ram.js';
import { MAX_SECTION_ID } from './open-sections.js';
import { elementAt, PLAUSIBLE_LOOKAHEAD } from './plausible.js';
import { onlyZerosLeft, resync } from './resync.js';
import { SectionReader } from './section-reader.js';

export interface MainChannelOptions {
  /** `recovery-main`: no header; the sections were opened on an earlier connection. */
  readonly role: 'main' | 'recovery-main';
  /** The description of another stream of the same machine, for streams that bring none. */
  readonly vmdesc?: VmstateDescription;
  /** The target page size in bytes, where the user knows better. */
  readonly pageSize?: number;
}

/** Packages in packages: no QEMU writes one, and the bound keeps hostile ones from nesting for ever. */
const MAX_DEPTH = 4;

export class MainChannelDecoder implements RamContext {
  postcopy: boolean;
  pageSizeSummary: bigint | undefined;

  private readonly ram: RamDecoder;
  private readonly devices: DeviceStates;
  private readonly sections: SectionReader;
  private configuration: Configuration | undefined;
  private advisedPageSize: number | undefined;
  private sawEof = false;
  /** The input ended inside something: nothing can follow, at any depth. */
  private cut = false;
  /** The end of what was decoded before something that could not be, or that was not there. */
  private brokenAt: number | undefined;
  private skipped = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly options: MainChannelOptions,
  ) {
    // A connection is only recovered after the switch.
    this.postcopy = options.role === 'recovery-main';
    this.ram = new RamDecoder(cursor, out, this);
    this.devices = new DeviceStates(out, this);
    this.sections = new SectionReader(cursor, out, this.ram, this.devices, options);
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
    await this.devices.prepare();
    out.event({ kind: 'begin', offset: begin, channel: out.channel, role: this.options.role });
    await this.guarded(async () => {
      if (this.options.role !== 'main') return;
      await this.header();
      this.sections.description.ahead();
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
      explainedBytes: Math.max(0, out.good - begin - this.skipped - this.sections.opaque.unproven),
      lastGoodOffset: good,
      complete: this.sawEof && this.brokenAt === undefined && !this.sections.opaque.guessed,
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
        const last = this.element(depth);
        if (typeof last === 'boolean' ? last : await last) return !this.cut;
      } catch (error) {
        if (!(await this.recover(error))) return !this.cut;
      }
    }
  }

  /** Reads one element. True when it was the last one: EOF, or RUN in a package. A promise only where there is something to wait for. */
  private element(depth: number): boolean | Promise<boolean> {
    const { cursor, out } = this;
    out.section = undefined;
    if (!cursor.has(1)) return cursor.need(1, 'section type').then(() => this.element(depth));
    const offset = cursor.offset;
    const type = cursor.u8();
    const kind = sectionKind(type);
    if (kind) {
      const part = kind === 'part' || kind === 'end';
      const wait = part ? this.sections.part(kind, offset, depth) : this.sections.start(kind, offset, depth);
      return wait ? wait.then(() => this.read(false)) : this.read(false);
    }
    if (type === QEMU_VM_COMMAND) return this.command(offset, depth).then((last) => this.read(last));
    if (type !== QEMU_VM_EOF) {
      cursor.position--;
      throw unknownType(type, offset, cursor.path('section type'));
    }
    out.event({ kind: 'eof', offset, packaged: depth > 0 });
    if (depth === 0) this.sawEof = true;
    return this.read(true);
  }

  /** Notes that an element has been read, as far as it was there. */
  private read(last: boolean): boolean {
    if (this.cut) return true;
    this.out.good = this.cursor.offset;
    return last;
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
      const vmdesc = await this.devices.readVmdesc(cursor, this.sections.description.found);
      if (vmdesc) this.sections.description.describe(vmdesc);
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
    await cursor.fill(PLAUSIBLE_LOOKAHEAD);
    const elements =
      cursor.peekU8() !== QEMU_VM_EOF &&
      elementAt(cursor.buffer, cursor.position, cursor.limit, this.sections.open.isStarted) === 'strong';
    const zeros = await onlyZerosLeft(cursor);
    const left = cursor.source.size === undefined ? 0 : cursor.source.size - cursor.offset;
    if (!zeros && left > 0) await this.skipAsFarAsThereIs(left);
    await skipToEnd(cursor);
    const length = cursor.offset - offset;
    out.event({ kind: 'trailing', offset, length, zeros, ...(elements && { elements }) });
    if (zeros) out.good = cursor.offset;
    else out.problem('trailing-bytes', `${length} bytes behind the end of the stream`, { offset, length });
  }

  /** A source can end before its size says so: a damaged image, a file that shrinks. */
  private async skipAsFarAsThereIs(length: number): Promise<void> {
    try {
      await this.cursor.skip(length, 'trailing bytes');
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
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
    // Behind a device section that lacks its footer stand others, whose ids have not been met yet.
    const device = error.rule === 'section-footer';
    const found = await resync(
      cursor,
      (id) => this.sections.open.has(id) || (device && id < MAX_SECTION_ID),
      this.sections.open.isStarted,
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

  async statedPageSize(): Promise<{ readonly pageSize: number; readonly evidence: string } | undefined> {
    const bits = this.configuration?.pageBits;
    if (this.options.pageSize !== undefined) return { pageSize: this.options.pageSize, evidence: 'given' };
    if (bits !== undefined) return { pageSize: 2 ** bits, evidence: 'configuration/target-page-bits' };
    if (this.advisedPageSize !== undefined) return { pageSize: this.advisedPageSize, evidence: 'POSTCOPY_ADVISE' };
    const described = (await this.sections.description.find())?.pageSize;
    return described === undefined || !isPageSize(described) ? undefined : { pageSize: described, evidence: 'vmdesc' };
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
