/** The synchronous functions of node:zlib with bounded output and nothing left of the input. */
import type { InputType, ZlibOptions } from 'node:zlib';
import { PayloadError, tooLittle, tooMuch } from './unpacker.js';

/** With `info` the functions return the engine too, which the type definitions do not know. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/**
 * Inflates all of `input` to exactly `size` bytes.
 *
 * @throws PayloadError otherwise
 */
export function inflateExactly(
  inflate: (input: InputType, options: ZlibOptions) => unknown,
  input: Uint8Array,
  size: number,
  options: Pick<ZlibOptions, 'finishFlush' | 'dictionary'> = {},
): Buffer {
  // A chunk that is never filled up spares the engine a second one.
  const bounds = { maxOutputLength: size, chunkSize: size + 64, info: true };
  let inflated: Inflated;
  try {
    inflated = inflate(input, { ...options, ...bounds }) as Inflated;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooMuch(size);
    throw new PayloadError(`does not inflate: ${error.message}`);
  }
  const { buffer, engine } = inflated;
  if (buffer.length !== size) throw tooLittle(size, buffer.length);
  const left = input.length - engine.bytesWritten;
  if (left !== 0) throw new PayloadError(`has ${left} bytes behind the end of its compressed data`);
  return buffer;
}
