/**
 * The mutations that the oracle was asked about, made again from their names over the stream that they were made of.
 *
 * A real destination of 11.1 has said to each whether it loads it; `fixtures/oracle-11.1.json.br` has its words.
 */
import { counted, join, u16, u32, u64, u8 } from './bytes.js';
import { decode } from './decode.js';
import { advise, command, discard, footer, subsection } from './elements.js';
import { xbzrle, zero } from './ram.js';

interface Piece {
  readonly kind: string;
  readonly id: number;
  readonly idstr: string;
  readonly offset: number;
  readonly payload: number;
  /** Behind the payload, where the footer stands. */
  readonly payloadEnd: number;
  readonly end: number;
}

export class Mutator {
  private constructor(
    private readonly bytes: Buffer,
    private readonly sections: readonly Piece[],
    private readonly configurationLength: number,
    private readonly eof: number,
    private readonly vmdesc: number,
  ) {}

  /** Reads where everything stands in a whole stream with footers. */
  static async of(bytes: Buffer): Promise<Mutator> {
    const decoded = await decode(bytes, { wantsDeviceState: false });
    const sections = decoded.of('section-end').map(({ section, id, idstr, offset, payloadOffset, payloadLength }) => {
      const payloadEnd = payloadOffset + payloadLength;
      return { kind: section, id, idstr, offset, payload: payloadOffset, payloadEnd, end: payloadEnd + 5 };
    });
    const { length } = decoded.only('configuration');
    return new Mutator(bytes, sections, length, decoded.only('eof').offset, decoded.only('vmdesc').offset);
  }

  /** The mutated stream. @throws Error when no mutation has this name */
  make(name: string): Buffer {
    for (const [pattern, mutate] of this.mutations) {
      const match = pattern.exec(name);
      if (match) return mutate(...match.slice(1));
    }
    throw new Error(`no mutation ${name}`);
  }

  private ram(kind: string): Piece {
    return this.sections.find((section) => section.idstr === 'ram' && section.kind === kind)!;
  }

  /** A section as the names of mutations call it. */
  private section(name: string): Piece {
    const ram = /^ram (START|PART|END)$/.exec(name);
    if (ram) return this.ram(ram[1]!.toLowerCase());
    if (name === 'ram') return this.ram('start');
    const devices = this.sections.filter(({ kind }) => kind === 'full');
    if (/^(first device|device$|device timer\/first)/.test(name)) return devices[0]!;
    if (/^last device/.test(name)) return devices.at(-1)!;
    return devices.find(({ idstr }) => idstr === name.replace(/^device /, ''))!;
  }

  private splice(at: number, remove: number, ...insert: readonly Buffer[]): Buffer {
    return join(this.bytes.subarray(0, at), ...insert, this.bytes.subarray(at + remove));
  }

  private edit(at: number, ...values: readonly number[]): Buffer {
    return this.splice(at, values.length, Buffer.from(values));
  }

  private cut({ offset, end }: Piece): Buffer {
    return this.bytes.subarray(offset, end);
  }

  private first(insert: Buffer): Buffer {
    return this.splice(this.section('first device').offset, 0, insert);
  }

  /** The flags of the first page record. */
  private flags(value: number): Buffer {
    return this.splice(this.ram('part').payload, 8, u64(value));
  }

  private record(insert: Buffer): Buffer {
    return this.splice(this.ram('part').payload, 0, insert);
  }

  /** The total of the block list changed, and the length of the first block. */
  private list(total: number, block = 0): Buffer {
    const at = this.ram('start').payload;
    const length = at + 8 + 1 + this.bytes[at + 8]!;
    const of = (position: number, by: number): Buffer =>
      u64(this.bytes.readBigUInt64BE(position) + BigInt(by) * 0x1000n);
    return join(
      this.bytes.subarray(0, at),
      of(at, total),
      this.bytes.subarray(at + 8, length),
      of(length, block),
      this.bytes.subarray(length + 8),
    );
  }

  /** A subsection of a device, and where the section's payload ends. */
  private subsection(name: string): { readonly at: number; readonly payloadEnd: number } {
    const at = this.bytes.indexOf(join(u8(0x05), counted(name)));
    const { payloadEnd } = this.sections.find((section) => section.payload <= at && at < section.payloadEnd)!;
    return { at, payloadEnd };
  }

  private truncated(what: string): number {
    const [start, part, apic] = [this.ram('start'), this.ram('part'), this.section('first device')];
    const places: Readonly<Record<string, number>> = {
      '0 bytes': 0,
      '1 byte': 1,
      '4 bytes (magic only)': 4,
      'header only (8)': 8,
      'mid configuration': 12,
      'after configuration': start.offset,
      'mid ram START header': start.offset + 9,
      'mid ram START body': 64,
      'after ram START body, before footer': start.payloadEnd,
      'mid ram page of PART': part.payload + 200_000,
      '1 byte before end of ram PART': part.payloadEnd - 1,
      'after ram PART body, before footer': part.payloadEnd,
      'between sections (after ram PART footer)': part.end,
      'after ram END footer': this.ram('end').end,
      'mid device section': apic.payload + Math.floor((apic.payloadEnd - apic.payload) / 2),
      'after a device section body, before its footer': apic.payloadEnd,
      'between device sections': apic.end,
      'before EOF byte': this.eof,
      'after EOF byte (no vmdesc)': this.vmdesc,
      'after vmdesc type byte': this.vmdesc + 1,
      'mid vmdesc': this.vmdesc + Math.floor((this.bytes.length - this.vmdesc) / 2),
      'last byte missing': this.bytes.length - 1,
    };
    return places[what]!;
  }

  /** Where the header fields of a section stand: length of the name, name, instance, version. */
  private header({ offset, idstr }: Piece): Record<'nameLength' | 'name' | 'instance' | 'version', number> {
    const name = offset + 6;
    return { nameLength: offset + 5, name, instance: name + idstr.length, version: name + idstr.length + 4 };
  }

  private readonly mutations: readonly (readonly [RegExp, (...args: string[]) => Buffer])[] = [
    [/^original$/, () => this.bytes],
    [/^truncate: (.*)$/, (what) => this.bytes.subarray(0, this.truncated(what!))],
    [/^header: bad magic$/, () => this.edit(3, 0x4e)],
    [/^header: version (\d)$/, (version) => this.edit(7, Number(version))],
    [/^config: other machine name/, () => this.edit(13, 0x58)],
    [/^config: name length \+1$/, () => this.edit(12, this.bytes[12]! + 1)],
    [/^config: name length huge$/, () => this.splice(9, 4, u32(0x7fff_ffff))],
    [/^config: removed$/, () => this.splice(8, this.configurationLength)],
    [/^config: duplicated$/, () => this.splice(8, 0, this.bytes.subarray(8, 8 + this.configurationLength))],
    [/^config: \+ (.*)$/, (what) => this.splice(8 + this.configurationLength, 0, addedSubsection(what!))],
    [/^footer: id flipped, ([^(]*\w)/, (where) => this.edit(this.section(where!).payloadEnd + 4, 0xff)],
    [/^footer: type byte 0x7f, ([^(]*\w)/, (where) => this.edit(this.section(where!).payloadEnd, 0x7f)],
    [/^footer: missing, ([^(]*\w)/, (where) => this.splice(this.section(where!).payloadEnd, 5)],
    [
      /^footer: duplicated, ([^(]*\w)/,
      (where) => this.splice(this.section(where!).end, 0, footer(this.section(where!).id)),
    ],
    [
      /^version_id: (.*?)(?: apic| globalstate)? \d+ -> (\d+)$/,
      (where, version) => this.splice(this.header(this.section(where!)).version, 4, u32(Number(version))),
    ],
    [
      /^instance_id: (.*?)(?: apic| globalstate)? \d+ -> (\d+)$/,
      (where, instance) => this.splice(this.header(this.section(where!)).instance, 4, u32(Number(instance))),
    ],
    [
      /^idstr: (.*?)(?: apic| globalstate)? first char changed$/,
      (where) => this.edit(this.header(this.section(where!)).name, 0x7e),
    ],
    [
      /^idstr: (.*?)(?: apic| globalstate)? length byte 0$/,
      (where) => this.edit(this.header(this.section(where!)).nameLength, 0),
    ],
    [/^unknown\/odd section type 0x(..) inserted/, (type) => this.first(u8(parseInt(type!, 16)))],
    [/^section type of device -> PART/, () => this.edit(this.section('first device').offset, 2)],
    [
      /^section type of (device apic|ram START|ram PART|ram END).* -> \w+\((\d)\)$/,
      (where, type) => this.edit(this.section(where!).offset, Number(type)),
    ],
    [
      /^section type of ram (START|PART|END)\(\d\) -> \w+\((\d)\)$/,
      (kind, type) => this.edit(this.section(`ram ${kind!}`).offset, Number(type)),
    ],
    [/^duplicated: (.*)$/, (where) => this.splice(this.section(where!).end, 0, this.cut(this.section(where!)))],
    [
      /^removed: every device section$/,
      () => this.splice(this.section('first device').offset, this.eof - this.section('first device').offset),
    ],
    [
      /^removed: (.*)$/,
      (where) => this.splice(this.section(where!).offset, this.section(where!).end - this.section(where!).offset),
    ],
    [
      /^swapped order: apic and timer$/,
      () => {
        const [apic, timer] = [this.section('apic'), this.section('timer')];
        return this.splice(apic.offset, timer.end - apic.offset, this.cut(timer), this.cut(apic));
      },
    ],
    [/^section_id: device apic id -> 9999/, () => this.renumbered(this.section('apic'), 9999)],
    [/^section_id: device id = ram id/, () => this.renumbered(this.section('apic'), this.ram('start').id)],
    [/^section_id: ram PART id -> 9999/, () => this.renumbered(this.ram('part'), 9999)],
    [/^ram: first record flags 0$/, () => this.flags(0)],
    [/^ram: first record unknown flag 0x800$/, () => this.flags(0x808)],
    [/^ram: unknown flag 0x400 alone$/, () => this.flags(0x400)],
    [/^ram: PAGE\|ZERO both$/, () => this.flags(0x0a)],
    [/^ram: flags XBZRLE/, () => this.flags(0x40)],
    [/^ram: flags COMPRESS_PAGE/, () => this.flags(0x100)],
    [/^ram: flags HOOK/, () => this.flags(0x80)],
    [/^ram: flags MULTIFD_FLUSH/, () => this.flags(0x200)],
    [/^ram: flags CONTINUE/, () => this.flags(0x28)],
    [/^ram: flags EOS early$/, () => this.flags(0x10)],
    [/^ram: MEM_SIZE again$/, () => this.flags(0x04)],
    [/^ram: flags FULL/, () => this.flags(0x01)],
    [/^ram: unknown block name$/, () => this.edit(this.ram('part').payload + 9, 0x7e)],
    [/^ram: block name length (\d+)$/, (length) => this.edit(this.ram('part').payload + 8, Number(length))],
    [/^ram: page address beyond the block$/, () => this.flags(0x4000_0000_0000 + 8)],
    [/^ram: page address = block size$/, () => this.flags(this.firstBlockSize() + 8)],
    [/^ram: inserted zero-page record with fill (0xaa|0)$/, (fill) => this.record(zero(0, 'pc.ram', Number(fill)))],
    [
      /^ram: inserted duplicate page record$/,
      () => this.record(this.bytes.subarray(this.ram('part').payload, this.ram('part').payload + 15 + 0x1000)),
    ],
    [/^ram: inserted MULTIFD_FLUSH record$/, () => this.record(u64(0x200))],
    [/^ram: inserted XBZRLE record$/, () => this.record(xbzrle(0, Buffer.from([0, 1, 0x53]), 'pc.ram'))],
    [/^ram: inserted XBZRLE record, bad/, () => this.record(xbzrle(0, Buffer.from([0, 1, 0x53]), 'pc.ram', 2))],
    [/^ram: inserted XBZRLE record, length 5000$/, () => this.record(xbzrle(0, Buffer.alloc(5000), 'pc.ram'))],
    [
      /^ram: inserted XBZRLE record, run overflowing/,
      () => this.record(xbzrle(0, Buffer.from([0xff, 0x7f, 1, 0x53]), 'pc.ram')),
    ],
    [/^ram: zero-page record one past$/, () => this.record(zero(this.firstBlockSize(), 'pc.ram'))],
    [/^ram START: total size \+1 page$/, () => this.list(1)],
    [/^ram START: total size -1 page$/, () => this.list(-1)],
    [/^ram START: total 0/, () => this.splice(this.ram('start').payload, 8, u64(4))],
    [/^ram START: first block name changed$/, () => this.edit(this.ram('start').payload + 9, 0x7e)],
    [/^ram START: first block size \+1 page/, () => this.list(1, 1)],
    [/^ram START: first block size -1 page/, () => this.list(-1, -1)],
    [
      /^ram START: extra block "ghost"/,
      () => {
        const grown = this.list(1);
        const at = this.ram('start').payloadEnd - 8;
        return join(grown.subarray(0, at), counted('ghost'), u64(0x1000), grown.subarray(at));
      },
    ],
    [/^command inserted: (.*)$/, (what) => this.first(insertedCommand(what!))],
    [
      /^command: PACKAGED\(7\) wrapping the first device section( \+ EOF byte)?$/,
      (ended) => {
        const section = this.section('first device');
        const package_ = join(this.cut(section), ...(ended ? [u8(0)] : []));
        return this.splice(section.offset, section.end - section.offset, command(7, u32(package_.length)), package_);
      },
    ],
    [
      /^vmdesc: length (.*)$/,
      (what) => {
        const length = what === '0' ? 0 : this.bytes.readUInt32BE(this.vmdesc + 1) + 1000;
        return this.splice(this.vmdesc + 1, 4, u32(length));
      },
    ],
    [
      /^vmdesc: garbage JSON$/,
      () => {
        const at = this.vmdesc + 5;
        return this.splice(at, this.bytes.length - at, Buffer.alloc(this.bytes.length - at, 'x'));
      },
    ],
    [/^vmdesc: type byte 9$/, () => this.edit(this.vmdesc, 9)],
    [/^trailing garbage/, () => join(this.bytes, Buffer.alloc(100, 0x58))],
    [/^EOF byte removed$/, () => this.splice(this.eof, 1)],
    [/^EOF byte twice$/, () => this.splice(this.eof, 0, u8(0))],
    [/^a second whole stream appended$/, () => join(this.bytes, this.bytes)],
    [/^subsection (.*): name changed/, (name) => this.edit(this.subsection(name!).at + 1 + name!.length, 0x7e)],
    [/^subsection (.*): version 99$/, (name) => this.splice(this.subsection(name!).at + 2 + name!.length, 4, u32(99))],
    [/^subsection (.*): marker 5 -> 6$/, (name) => this.edit(this.subsection(name!).at, 6)],
    [
      /^subsection (.*): removed to the end/,
      (name) => {
        const { at, payloadEnd } = this.subsection(name!);
        return this.splice(at, payloadEnd - at);
      },
    ],
    [
      /^subsection (.*): duplicated$/,
      (name) => {
        const { at, payloadEnd } = this.subsection(name!);
        return this.splice(payloadEnd, 0, this.bytes.subarray(at, payloadEnd));
      },
    ],
    [
      /^unknown subsection appended to device apic$/,
      () => this.splice(this.section('apic').payloadEnd, 0, subsection('apic/foo', Buffer.alloc(0))),
    ],
    [/^one byte inserted in device apic$/, () => this.splice(this.section('apic').payload + 10, 0, u8(0))],
    [/^one byte removed from device apic$/, () => this.splice(this.section('apic').payload + 10, 1)],
    [
      /^random bit flip at \+(\d+) in FOOTER .*byte 0x(..) -> 0x(..)$/,
      (at, from, to) => this.flip(this.sections.find(({ id }) => id === 5)!.payloadEnd + Number(at), from!, to!),
    ],
    [
      /^random bit flip at \+(\d+) in (\S+) .*byte 0x(..) -> 0x(..)$/,
      (at, idstr, from, to) => this.flip(this.section(idstr!).offset + Number(at), from!, to!),
    ],
  ];

  private flip(at: number, from: string, to: string): Buffer {
    if (this.bytes[at] !== parseInt(from, 16)) throw new Error(`no byte 0x${from} at ${at}`);
    return this.edit(at, parseInt(to, 16));
  }

  private firstBlockSize(): number {
    const at = this.ram('start').payload + 8;
    return Number(this.bytes.readBigUInt64BE(at + 1 + this.bytes[at]!));
  }

  /** Another id in header and footer. */
  private renumbered({ offset, payloadEnd }: Piece, id: number): Buffer {
    const copy = Buffer.from(this.bytes);
    copy.writeUInt32BE(id, offset + 1);
    copy.writeUInt32BE(id, payloadEnd + 1);
    return copy;
  }
}

function addedSubsection(what: string): Buffer {
  const [, name = '', argument = ''] = /^(?:unknown )?subsection configuration\/(\S+) ?(.*)$/.exec(what) ?? [];
  const full = `configuration/${name}`;
  if (name === 'target-page-bits') return subsection(full, u32(Number(argument)));
  if (name === 'capabilities') {
    const [, capability = ''] = /\[(.*)\]/.exec(argument) ?? [];
    return subsection(full, join(u32(1), counted(capability)));
  }
  return subsection(full, name === 'uuid' ? Buffer.alloc(16) : Buffer.alloc(0));
}

function insertedCommand(what: string): Buffer {
  const commands: Readonly<Record<string, Buffer>> = {
    'INVALID 0': command(0),
    OPEN_RETURN_PATH: command(1),
    PING: command(2, u32(1)),
    'PING length 3': command(2, Buffer.alloc(3)),
    'POSTCOPY_ADVISE no cap, empty': command(3),
    'POSTCOPY_ADVISE 16 bytes no cap': advise(0x1000, 0x1000),
    POSTCOPY_LISTEN: command(4),
    POSTCOPY_RUN: command(5),
    POSTCOPY_RAM_DISCARD: discard('another.ram', [0, 0x1000]),
    'POSTCOPY_RESUME(9)': command(9),
    'PACKAGED(7) len 0': command(7),
    'PACKAGED(7) of 5 bytes that swallow the stream': command(7, u32(5)),
    'PACKAGED(7), size > MAX': command(7, u32(16_777_217)),
    'PACKAGED(7) with an EOF only': join(command(7, u32(1)), u8(0)),
    'PACKAGED(7) with a PING inside': join(command(7, u32(9)), command(2, u32(1)), u8(0)),
    'RECV_BITMAP(10) pc.ram': command(10, counted('pc.ram')),
    'RECV_BITMAP(10) empty': command(10),
    'ENABLE_COLO(8)': command(8),
    SWITCHOVER_START: command(11),
    'SWITCHOVER_START with a body of 4': command(11, Buffer.alloc(4)),
  };
  const unknown = /^unknown (\w+)$/.exec(what);
  return unknown ? join(u8(8), u16(Number(unknown[1])), u16(0)) : commands[what]!;
}
