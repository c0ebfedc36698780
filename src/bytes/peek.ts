/** Looks at the first bytes of a source without taking them. */
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
  const head = Buffer.alloc(count);
  if (source.readAt) return { head: head.subarray(0, source.readAt(head, 0)), source };
  let got = 0;
  for (let more; got < count && (more = await source.read(head.subarray(got))) > 0;) got += more;
  return { head: head.subarray(0, got), source: new PeekedSource(source, head.subarray(0, got)) };
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
