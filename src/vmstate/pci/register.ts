/**
 * Registers of a PCI function: tables of them, and their values. Everything in config space is little-endian.
 */
import { type Meaning, namesOf } from '../meaning.js';

/** A register: where it stands from the start of its table, how wide it is in bytes, and what its values mean. */
export interface RegisterLayout {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly meaning?: Meaning;
}

/** A register as a function has it: its offset is that in config space. Those that are no numbers are bytes. */
export interface PciRegister extends RegisterLayout {
  readonly value: number | bigint | Uint8Array;
}

/** One line of a table of registers. */
export function register(offset: number, size: number, name: string, meaning?: Meaning): RegisterLayout {
  return { name, offset, size, ...(meaning && { meaning }) };
}

/** Reads the registers of a table that lie inside the space and before `limit`. */
export function readRegisters(
  space: Uint8Array,
  layouts: readonly RegisterLayout[],
  base = 0,
  limit = space.length,
): PciRegister[] {
  const registers: PciRegister[] = [];
  for (const layout of layouts) {
    const offset = base + layout.offset;
    if (offset + layout.size > Math.min(limit, space.length)) continue;
    registers.push({ ...layout, offset, value: littleEndian(space, offset, layout.size) });
  }
  return registers;
}

/** What the value of a register stands for, in words; empty where there is nothing to say. */
export function registerNames({ value, meaning }: PciRegister): readonly string[] {
  return meaning && !(value instanceof Uint8Array) ? namesOf(meaning, value) : [];
}

/** The number of 1 to 4 or 8 bytes at `offset`, or the bytes themselves for other sizes. The range must lie inside the space. */
export function littleEndian(space: Uint8Array, offset: number, size: number): number | bigint | Uint8Array {
  if (size === 8) return new DataView(space.buffer, space.byteOffset, space.byteLength).getBigUint64(offset, true);
  if (size > 4) return space.subarray(offset, offset + size);
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + space[offset + i]!;
  return value;
}

/** A number of 1 to 4 bytes; 0 outside the space. */
export function u(space: Uint8Array, offset: number, size: 1 | 2 | 3 | 4): number {
  return offset + size <= space.length ? (littleEndian(space, offset, size) as number) : 0;
}
