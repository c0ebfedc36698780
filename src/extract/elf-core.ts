/**
 * Writes memory as an ELF64 core file, as `dump-guest-memory` without paging does: addresses are guest-physical.
 *
 * | part                  | contents                                                                   |
 * |-----------------------|----------------------------------------------------------------------------|
 * | Ehdr, 64 bytes        | ET_CORE, machine and byte order of the guest                               |
 * | Phdr, 56 bytes each   | PT_NOTE, then a PT_LOAD for each segment with p_paddr = p_vaddr = address  |
 * | notes                 | NT_PRSTATUS for each processor whose registers are known                   |
 * | memory                | each segment from a multiple of 4096 on; zeros are holes                   |
 *
 * Source: `write_elf64_header`, `write_elf64_load` (dump/dump.c), `x86_64_write_elf64_note` (target/i386/arch_dump.c).
 */
import { ftruncateSync } from 'node:fs';
import { InputError } from '../finding.js';
import type { AddressSegment, Architecture } from '../model/address-map.js';
import { type BlockReader, copySparse, writeAll } from './sparse-copy.js';
import type { X86Registers } from './x86-registers.js';

const EHDR = 64;
const PHDR = 56;
const ALIGN = 4096;
const ET_CORE = 4;
const PT_LOAD = 1;
const PT_NOTE = 4;
const NT_PRSTATUS = 1;
/** The number that says that the number of headers is elsewhere; no guest has so many segments. */
const PN_XNUM = 0xffff;

const MACHINES: Readonly<Record<Architecture, { readonly machine: number; readonly big: boolean }>> = {
  x86_64: { machine: 62, big: false },
  aarch64: { machine: 183, big: false },
  riscv64: { machine: 243, big: false },
  s390x: { machine: 22, big: true },
  // The firmware's byte order; a guest can have changed it.
  ppc64: { machine: 21, big: true },
  loongarch64: { machine: 258, big: false },
};

export interface ElfCoreOptions {
  readonly architecture: Architecture;
  readonly segments: readonly AddressSegment[];
  /** The processors in order, for x86_64. */
  readonly cpus?: readonly X86Registers[];
}

export interface ElfCoreResult {
  /** Bytes of the file. */
  readonly length: number;
  /** Processors whose registers the file has. */
  readonly cpus: number;
}

/**
 * Fills `fd`, an empty file.
 *
 * @throws InputError when there are too many segments for the format
 */
export function writeElfCore(fd: number, options: ElfCoreOptions, blocks: BlockReader): ElfCoreResult {
  const { architecture, segments } = options;
  const cpus = architecture === 'x86_64' ? (options.cpus ?? []) : [];
  if (segments.length + 1 >= PN_XNUM) throw new InputError(`${segments.length} segments are too many for a core file`);
  const notes = Buffer.concat(cpus.map((cpu, i) => prstatusNote(cpu, i + 1)));
  const notesAt = EHDR + PHDR * (segments.length + 1);
  const placed = placeSegments(segments, notesAt + notes.length);
  const length = placed.end;
  ftruncateSync(fd, length);

  const header = new HeaderWriter(notesAt, MACHINES[architecture].big);
  header.ehdr(MACHINES[architecture].machine, segments.length + 1);
  header.phdr(PT_NOTE, notesAt, 0, notes.length);
  segments.forEach((segment, i) => header.phdr(PT_LOAD, placed.offsets[i]!, segment.address, segment.length));
  writeAll(fd, header.bytes, 0);
  writeAll(fd, notes, notesAt);
  segments.forEach((segment, i) => {
    copySparse(blocks(segment.block).fd, segment.blockOffset, fd, placed.offsets[i]!, segment.length);
  });
  return { length, cpus: cpus.length };
}

function placeSegments(segments: readonly AddressSegment[], from: number): { offsets: readonly number[]; end: number } {
  const offsets: number[] = [];
  let end = from;
  for (const { length } of segments) {
    const start = Math.ceil(end / ALIGN) * ALIGN;
    offsets.push(start);
    end = start + length;
  }
  return { offsets, end };
}

class HeaderWriter {
  readonly bytes: Buffer;
  private readonly view: DataView;
  private at = 0;

  constructor(
    length: number,
    private readonly big: boolean,
  ) {
    this.bytes = Buffer.alloc(length);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, length);
  }

  ehdr(machine: number, headers: number): void {
    const elf64 = 2;
    const current = 1;
    this.bytes.set([0x7f, 0x45, 0x4c, 0x46, elf64, this.big ? 2 : 1, current]);
    this.at = 16;
    this.u16(ET_CORE);
    this.u16(machine);
    this.u32(current);
    this.u64(0);
    this.u64(EHDR);
    this.u64(0);
    this.u32(0);
    this.u16(EHDR);
    this.u16(PHDR);
    this.u16(headers);
    this.at = EHDR;
  }

  phdr(type: number, offset: number, address: number, length: number): void {
    this.u32(type);
    this.u32(0);
    this.u64(offset);
    this.u64(address);
    this.u64(address);
    this.u64(length);
    this.u64(length);
    this.u64(0);
  }

  private u16(value: number): void {
    this.view.setUint16(this.at, value, !this.big);
    this.at += 2;
  }

  private u32(value: number): void {
    this.view.setUint32(this.at, value, !this.big);
    this.at += 4;
  }

  private u64(value: number): void {
    this.view.setBigUint64(this.at, BigInt(value), !this.big);
    this.at += 8;
  }
}

/** Where `struct elf_prstatus` of x86_64 has the number of the thread and its registers, and how long it is. */
const PR_PID = 32;
const PR_REG = 112;
const PRSTATUS = 336;

function prstatusNote({ general, rip, rflags, segments }: X86Registers, pid: number): Buffer {
  const [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15] = general;
  const [es, cs, ss, ds, fs, gs] = segments;
  // `struct user_regs_struct`. What is here orig_rax would be the number of a system call.
  const registers = [
    ...[r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi, 0n],
    ...[rip, cs?.selector, rflags, rsp, ss?.selector, fs?.base, gs?.base],
    ...[ds?.selector, es?.selector, fs?.selector, gs?.selector],
  ];
  const name = 'CORE\0\0\0\0';
  const note = Buffer.alloc(12 + name.length + PRSTATUS);
  note.writeUInt32LE(5, 0);
  note.writeUInt32LE(PRSTATUS, 4);
  note.writeUInt32LE(NT_PRSTATUS, 8);
  note.write(name, 12, 'latin1');
  const body = 12 + name.length;
  note.writeUInt32LE(pid, body + PR_PID);
  registers.forEach((value, i) => note.writeBigUInt64LE(value ?? 0n, body + PR_REG + 8 * i));
  return note;
}
