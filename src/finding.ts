/**
 * What migscope has to say about its input: where, how bad, and whose fault.
 *
 * The one leaf of the program: every room may import this file, and it imports nothing.
 */

/** How much a finding matters to a destination; see docs/validate.md. */
export type Severity = 'error' | 'warning' | 'info';

/** `stream`: the bytes are at fault; `tool`: migscope reached a limit of its own. */
export type Origin = 'stream' | 'tool';

/** A position in one channel of a capture. Offsets and lengths are in bytes from the start of the channel. */
export interface Place {
  readonly channel: string;
  readonly offset: number;
  readonly length?: number;
  /** The section that was being read, as `idstr` or `idstr#instance`. */
  readonly section?: string;
  /** What was being read, from the outermost structure to the innermost, joined by ` > `. */
  readonly path?: string;
}

/** One thing found in a capture. The JSON output prints these fields as they are. */
export interface Finding {
  readonly code: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly origin: Origin;
  readonly message: string;
  readonly channel: string;
  readonly offset: number;
  readonly length: number;
  readonly section?: string;
  readonly path?: string;
  readonly expected?: string;
  readonly found?: string;
  /** What a real destination prints, from which function, in which versions. */
  readonly qemu?: { readonly text: string; readonly function: string; readonly versions: string };
  readonly help: string;
  readonly url: string;
  readonly related: readonly { readonly message: string; readonly channel: string; readonly offset: number }[];
}

/**
 * `truncated`: the input ended inside a structure; `malformed`: the bytes cannot be what QEMU writes;
 * `unsupported`: they may be right, but migscope cannot go on reading them.
 */
export type DecodeErrorKind = 'truncated' | 'malformed' | 'unsupported';

/** Thrown by readers when they cannot go on, and caught by the decoder that can resynchronise. Never leaves the library. */
export class DecodeError extends Error {
  constructor(
    readonly kind: DecodeErrorKind,
    /** The name of the entry in the problem catalogue. */
    readonly rule: string,
    message: string,
    readonly at: { readonly offset: number; readonly length?: number; readonly path?: string },
    readonly detail: { readonly expected?: string; readonly found?: string } = {},
  ) {
    super(message);
    this.name = 'DecodeError';
  }
}

/** Thrown for input that cannot be opened or is no stream at all (exit code 3 on the command line). */
export class InputError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
    this.name = 'InputError';
  }
}

/** Thrown for options that make no sense together (exit code 2 on the command line). */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** `0x` and the hexadecimal digits of a whole number. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
