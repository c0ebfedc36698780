/** What comes out of a decompressor, as a source. */
import { FaultList } from '../../bytes/faults.js';
import type { ByteSource, SourceFault } from '../../bytes/source.js';
import { DecodeError, hex } from '../../finding.js';

export type WrapperFault = 'wrapper-cut' | 'wrapper-damaged' | 'wrapper-trailing';

/** Unpacked bytes that wait to be read: more than that, and unpacking pauses. */
const MAX_WAITING = 2 << 20;

/**
 * Bytes that arrive in chunks and are read in any pieces. Unpacking runs ahead of reading, up to a bound; what has arrived before a fault is
 * read before the end.
 */
export abstract class Unpacked implements ByteSource {
  readonly name: string;
  private readonly chunks: Uint8Array[] = [];
  private waiting = 0;
  private arrived = 0;
  private state: 'new' | 'running' | 'done' = 'new';
  private failure: unknown;
  /** Wakes whoever waits for bytes, or for room. */
  private wakeReader: (() => void) | undefined;
  private wakeWriter: (() => void) | undefined;
  private readonly found: FaultList;

  constructor(
    /** What findings call the format. */
    protected readonly format: string,
    protected readonly packed: ByteSource,
  ) {
    this.name = packed.name;
    this.found = new FaultList(packed, () => this.arrived);
  }

  get faults(): readonly SourceFault[] {
    return this.found.all;
  }

  read(into: Uint8Array): number | Promise<number> {
    return this.chunks.length > 0 ? this.take(into) : this.wait(into);
  }

  close(): void {
    this.state = 'done';
    this.wakeWriter?.();
    this.packed.close();
  }

  /** Unpacks everything, by `arrive`. A `DecodeError` becomes a fault. */
  protected abstract unpack(): Promise<void>;

  /** Takes a chunk over: nobody else may write to it. */
  protected arrive(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.waiting += chunk.length;
    this.arrived += chunk.length;
    this.wakeReader?.();
  }

  protected get full(): boolean {
    return this.waiting >= MAX_WAITING;
  }

  protected get closed(): boolean {
    return this.state === 'done';
  }

  /** Waits until what has arrived is mostly read. */
  protected async room(): Promise<void> {
    while (this.full && !this.closed) await new Promise<void>((resolve) => (this.wakeWriter = resolve));
  }

  /** Reports what is wrong with the packed bytes at `offset`, or somewhere before it, behind everything that has arrived. */
  protected fault(rule: WrapperFault, message: string, offset?: number, word: 'at' | 'before' = 'at'): void {
    this.faultInWords({ rule, message: faultText(this.format, message, this.packed, offset, word) });
  }

  /** As `fault`, with words that name format and place. */
  protected faultInWords(fault: Pick<SourceFault, 'rule' | 'message'>): void {
    this.found.add({ ...fault, offset: this.arrived });
  }

  private async wait(into: Uint8Array): Promise<number> {
    if (this.state === 'new') {
      this.state = 'running';
      void this.run();
    }
    while (this.chunks.length === 0) {
      if (this.failure !== undefined) throw this.failure;
      if (this.state === 'done') return 0;
      await new Promise<void>((resolve) => (this.wakeReader = resolve));
    }
    return this.take(into);
  }

  private async run(): Promise<void> {
    try {
      await this.unpack();
    } catch (error) {
      if (error instanceof DecodeError)
        this.fault(error.kind === 'truncated' ? 'wrapper-cut' : 'wrapper-damaged', error.message, error.at.offset);
      else this.failure = error;
    }
    this.state = 'done';
    this.wakeReader?.();
  }

  private take(into: Uint8Array): number {
    let got = 0;
    while (got < into.length && this.chunks.length > 0) {
      const [chunk] = this.chunks as [Uint8Array];
      const count = Math.min(chunk.length, into.length - got);
      into.set(count === chunk.length ? chunk : chunk.subarray(0, count), got);
      got += count;
      if (count === chunk.length) this.chunks.shift();
      else this.chunks[0] = chunk.subarray(count);
    }
    this.waiting -= got;
    if (!this.full) this.wakeWriter?.();
    return got;
  }
}

/** What is wrong with packed bytes, with the name of the format and the place in the file. */
export function faultText(
  format: string,
  message: string,
  packed: ByteSource,
  offset?: number,
  word: 'at' | 'before' = 'at',
): string {
  return `${format}: ${message}${offset === undefined ? '' : `, ${word} ${placeIn(packed, offset)}`}`;
}

/** An offset of a source in words: in the file where it is one of the file. */
export function placeIn({ origin }: Pick<ByteSource, 'origin'>, offset: number): string {
  return origin === undefined ? `${hex(offset)} of what it was unpacked from` : `${hex(origin + offset)} of the file`;
}
