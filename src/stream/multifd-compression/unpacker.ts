/** What the methods have in common: a payload in, the pages of its packet out. */

/** Thrown for payloads that are not what the method's sender writes; the message completes "the payload …". */
export class PayloadError extends Error {}

export interface Unpacker {
  /** True when a payload depends on all payloads of the channel before it. */
  readonly continuous: boolean;
  /**
   * Unpacks the payload of a packet with that many normal pages. The result is valid until the next call.
   *
   * @throws PayloadError when the payload does not make exactly these pages
   */
  unpack(payload: Uint8Array, pages: number, pageSize: number): Uint8Array;
}

/** The refusal of a payload that unpacks to more than its pages, which is how a decompression bomb looks. */
export function tooMuch(size: number): PayloadError {
  return new PayloadError(`unpacks to more than ${size} bytes, as a decompression bomb does`);
}

export function tooLittle(size: number, got: number): PayloadError {
  return new PayloadError(`unpacks to ${got} bytes instead of ${size}`);
}
