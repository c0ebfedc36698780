/**
 * Fixed structures of the wire, described once: a list of names and types makes the parser, the size and the type.
 *
 * Built on binary-parser, for cold structures only: the page loop reads its words itself.
 */
import { Parser } from 'binary-parser';
import type { Cursor } from './cursor.js';
import { DecodeError, hex } from '../finding.js';

/** Unsigned integers; `size64` is a 64-bit one that counts or addresses bytes and must stay below 2^53. */
export type FieldType = 'u8' | 'u16' | 'u32' | 'u64' | 'size64';

type ValueOf<T extends FieldType> = T extends 'u64' ? bigint : number;
type Fields = readonly (readonly [name: string, type: FieldType])[];
export type Values<F extends Fields> = { readonly [K in F[number] as K[0]]: ValueOf<K[1]> };

export interface Layout<F extends Fields> {
  readonly name: string;
  readonly size: number;
  readonly fields: F;
  /** Reads the structure from exactly `size` bytes; `offset` is where they stand in the channel. */
  readonly parse: (bytes: Uint8Array, offset: number) => Values<F>;
}

const SIZE: Record<FieldType, number> = { u8: 1, u16: 2, u32: 4, u64: 8, size64: 8 };

/**
 * Describes a structure by its fields in wire order. The parser is made when it is first needed. Everything of QEMU is big-endian; `order` is for
 * formats that leave it to the writer.
 */
export function layout<const F extends Fields>(name: string, fields: F, order: 'big' | 'little' = 'big'): Layout<F> {
  let parser: Parser | undefined;
  const size = fields.reduce((sum, [, type]) => sum + SIZE[type], 0);
  return {
    name,
    size,
    fields,
    parse(bytes, offset) {
      // binary-parser shortens what it reads from short input without a word: the length is proven here.
      if (bytes.length !== size) throw new RangeError(`${name} takes ${size} bytes, not ${bytes.length}`);
      parser ??= build(fields, order);
      const values = parser.parse(bytes) as Record<string, number | bigint>;
      let at = offset;
      for (const [field, type] of fields) {
        if (type === 'size64') values[field] = toSize(values[field] as bigint, `${name} ${field}`, at);
        at += SIZE[type];
      }
      return values as Values<F>;
    },
  };
}

/** Reads a structure at the cursor. */
export async function readLayout<F extends Fields>(cursor: Cursor, of: Layout<F>): Promise<Values<F>> {
  await cursor.need(of.size, of.name);
  const offset = cursor.offset;
  return of.parse(cursor.bytes(of.size), offset);
}

function build(fields: Fields, order: 'big' | 'little'): Parser {
  const parser = new Parser().endianness(order);
  for (const [name, type] of fields) {
    if (type === 'u8') parser.uint8(name);
    else if (type === 'u16') parser.uint16(name);
    else if (type === 'u32') parser.uint32(name);
    else parser.uint64(name);
  }
  return parser;
}

function toSize(value: bigint, what: string, offset: number): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new DecodeError('malformed', 'implausible-value', `${what} is ${hex(value)}`, {
      offset,
      length: 8,
      path: what,
    });
  }
  return Number(value);
}
