/** The scalars of the wire, as buffers to be joined: everything big-endian, as QEMUFile writes it. */

export const u8 = (value: number): Buffer => Buffer.from([value]);

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

/** A length byte and the text (`qemu_put_counted_string`). */
export function counted(text: string | Uint8Array): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text) : Buffer.from(text);
  return Buffer.concat([u8(bytes.length), bytes]);
}

export const hexBytes = (text: string): Buffer => Buffer.from(text.replaceAll(/[^0-9a-f]/gi, ''), 'hex');

export const join = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

/** Numbers that look random and are the same in every run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Bytes without any pattern that a decoder could mistake for structure, the same for the same seed. */
export function noise(length: number, seed = 1): Buffer {
  const next = randomNumbers(seed);
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = next();
  return bytes;
}
