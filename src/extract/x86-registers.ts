/**
 * The registers of an x86 processor, from the decoded state of its `cpu` section.
 *
 * Source: `vmstate_x86_cpu`, `vmstate_segment` (target/i386/machine.c); the indices are R_EAX … and R_ES … (target/i386/cpu.h).
 */
import type { FieldNode, StructNode } from '../vmstate/decode.js';
import { elementValue } from '../vmstate/values.js';

export interface X86Segment {
  readonly selector: bigint;
  readonly limit: bigint;
  readonly flags: bigint;
  readonly base: bigint;
}

export interface X86Registers {
  /** RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 … R15; the eight upper ones are 0 for 32-bit targets. */
  readonly general: readonly bigint[];
  readonly rip: bigint;
  readonly rflags: bigint;
  /** ES, CS, SS, DS, FS, GS. */
  readonly segments: readonly X86Segment[];
}

/** The registers, when the section has all of them. */
export function x86Registers(state: StructNode, payload: Uint8Array): X86Registers | undefined {
  const general = integers(state, 'env.regs', payload);
  const [rip] = integers(state, 'env.eip', payload);
  const [rflags] = integers(state, 'env.eflags', payload);
  const segments = named(state, 'env.segs')
    .flatMap(({ structs }) => structs ?? [])
    .map((struct) => segmentOf(struct, payload));
  if ((general.length !== 16 && general.length !== 8) || rip === undefined || rflags === undefined) return undefined;
  if (segments.length !== 6) return undefined;
  while (general.length < 16) general.push(0n);
  return { general, rip, rflags, segments };
}

function segmentOf(struct: StructNode, payload: Uint8Array): X86Segment {
  const value = (name: string): bigint => integers(struct, name, payload)[0] ?? 0n;
  return { selector: value('selector'), limit: value('limit'), flags: value('flags'), base: value('base') };
}

function named({ fields }: StructNode, name: string): readonly FieldNode[] {
  return fields.filter((field) => field.name === name);
}

function integers(struct: StructNode, name: string, payload: Uint8Array): bigint[] {
  const values: bigint[] = [];
  for (const field of named(struct, name)) {
    for (let i = 0; i < Math.min(field.count, 16); i++) {
      const value = elementValue(field, payload, i);
      if (typeof value === 'bigint' || typeof value === 'number') values.push(BigInt.asUintN(64, BigInt(value)));
    }
  }
  return values;
}
