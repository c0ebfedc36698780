/** Takes a few bytes of a source, or looks at its first ones without taking them. */
import type { ByteSource, SourceFault } from './source.js';

/** A source whose first bytes were looked at. */
export interface Peeked {
  /** Fewer than was asked for only where the source has no more. */
  readonly head: Buffer;
  /** Gives all bytes, those of the head too; to be used in place of the source. */
  readonly source: ByteSource;
}

/** Looks at up to `count` bytes of a source that nothing has been read from. */
export async function peek(source: ByteSource, count: number): Promise<Peeked> {
  if (source.readAt) {
    const head = Buffer.alloc(count);
    return { head: head.subarray(0, source.readAt(head, 0)), source };
  }
  const head = await take(source, count);
  return { head, source: withHead(source, head) };
}

/** Takes the next `count` bytes; fewer at the end. */
export async function take(source: ByteSource, count: number): Promise<Buffer> {
  const bytes = Buffer.alloc(count);
  let got = 0;
  for (let more; got < count && (more = await source.read(bytes.subarray(got))) > 0;) got += more;
  return bytes.subarray(0, got);
}

/** A source that cannot seek, from `head` on, which was already read of it. */
export function withHead(source: ByteSource, head: Uint8Array): ByteSource {
  return new PeekedSource(source, head);
}

/** A source that cannot seek, and what was already read of it. */
class PeekedSource implements ByteSource {
  constructor(
    private readonly source: ByteSource,
    private head: Uint8Array,
  ) {}

  get name(): string {
    return this.source.name;
  }

  get size(): number | undefined {
    return this.source.size;
  }

  get origin(): number | undefined {
    return this.source.origin;
  }

  get faults(): readonly SourceFault[] | undefined {
    return this.source.faults;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.head.length === 0) return this.source.read(into);
    const count = Math.min(into.length, this.head.length);
    into.set(this.head.subarray(0, count));
    this.head = this.head.subarray(count);
    return count;
  }

  close(): void {
    this.source.close();
  }
}
