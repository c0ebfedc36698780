import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeElfCore } from '../../src/extract/elf-core.js';
import type { X86Registers } from '../../src/extract/x86-registers.js';
import type { AddressSegment, Architecture } from '../../src/model/address-map.js';
import { workspace } from '../report/tiny-stream.js';
import { written } from './block-reader.js';
import { type Core, readCore } from './core-reader.js';

const space = workspace();
let runs = 0;

const RAM = Buffer.from(Array.from({ length: 0x3000 }, (_, i) => (i >> 4) & 0xff));
const SEGMENTS: readonly AddressSegment[] = [
  { block: 'ram', blockOffset: 0, address: 0, length: 0x1800 },
  { block: 'ram', blockOffset: 0x1800, address: 2 ** 32, length: 0x1800 },
];
const CPU: X86Registers = {
  general: Array.from({ length: 16 }, (_, i) => BigInt(0x100 + i)),
  rip: 0xffffffff81000000n,
  rflags: 0x246n,
  segments: Array.from({ length: 6 }, (_, i) => ({
    selector: BigInt(8 * i),
    limit: 0xffffffffn,
    flags: 0n,
    base: BigInt(0x1000 * i),
  })),
};

function core(architecture: Architecture, cpus?: readonly X86Registers[], segments = SEGMENTS): [Core, Buffer] {
  const path = written(join(space.path, String(runs++)), { ram: RAM }, (fd, blocks) => {
    const result = writeElfCore(fd, { architecture, segments, ...(cpus && { cpus }) }, blocks);
    expect(result.cpus).toBe(architecture === 'x86_64' ? (cpus?.length ?? 0) : 0);
  });
  const file = readFileSync(path);
  return [readCore(file), file];
}

describe('a core file', () => {
  it.each([
    ['x86_64', 62, false],
    ['aarch64', 183, false],
    ['riscv64', 243, false],
    ['s390x', 22, true],
    ['ppc64', 21, true],
    ['loongarch64', 258, false],
  ] as const)('of %s has its machine and byte order, and memory by physical address', (architecture, machine, big) => {
    const [{ type, loads, ...rest }, file] = core(architecture);
    expect([type, rest.machine, rest.big]).toEqual([4, machine, big]);
    expect(loads.map(({ paddr, vaddr, size }) => [paddr, vaddr, size])).toEqual([
      [0, 0, 0x1800],
      [2 ** 32, 2 ** 32, 0x1800],
    ]);
    expect(loads.every(({ offset }) => offset % 4096 === 0)).toBe(true);
    const memory = loads.map(({ offset, size }) => file.subarray(offset, offset + size));
    expect(Buffer.concat(memory).equals(RAM)).toBe(true);
  });

  it('has the registers of each processor', () => {
    const [{ notes }] = core('x86_64', [CPU, { ...CPU, rip: 5n }]);
    expect(notes.map(({ name, type, body }) => [name, type, body.length, body.readUInt32LE(32)])).toEqual([
      ['CORE', 1, 336, 1],
      ['CORE', 1, 336, 2],
    ]);
    const register = (note: number, i: number): bigint => notes[note]!.body.readBigUInt64LE(112 + 8 * i);
    const names = { r15: 0, rbp: 4, rbx: 5, r8: 9, rax: 10, rcx: 11, rdx: 12, rsi: 13, rdi: 14, rsp: 19 };
    expect(Object.entries(names).map(([name, i]) => [name, register(0, i)])).toEqual([
      ['r15', 0x10fn],
      ['rbp', 0x105n],
      ['rbx', 0x103n],
      ['r8', 0x108n],
      ['rax', 0x100n],
      ['rcx', 0x101n],
      ['rdx', 0x102n],
      ['rsi', 0x106n],
      ['rdi', 0x107n],
      ['rsp', 0x104n],
    ]);
    const rest = [16, 17, 18, 20, 21, 22, 23, 24, 25, 26].map((i) => register(0, i));
    const [cs, ss, fsBase, gsBase, ds, es, fs, gs] = [8n, 16n, 0x4000n, 0x5000n, 24n, 0n, 32n, 40n];
    expect(rest).toEqual([CPU.rip, cs, CPU.rflags, ss, fsBase, gsBase, ds, es, fs, gs]);
    expect(register(1, 16)).toBe(5n);
  });

  it('has no registers of processors that it has no layout for', () => {
    expect(core('aarch64', [CPU])[0].notes).toEqual([]);
  });

  it('can be without memory', () => {
    expect(core('x86_64', [CPU], [])[0].loads).toEqual([]);
  });

  it('has room for so many segments', () => {
    const segments = Array.from({ length: 0xffff }, () => SEGMENTS[0]!);
    expect(() => writeElfCore(-1, { architecture: 'x86_64', segments }, () => ({ fd: -1, usedLength: 0 }))).toThrow(
      '65535 segments are too many for a core file',
    );
  });
});
