/** The rest of a source from some byte on, as a source of its own. */
import { FaultList } from './faults.js';
import type { ByteSource, SourceFault } from './source.js';

/**
 * A source that begins `start` bytes further in. Of a source that cannot seek, these bytes must have been read already.
 */
export class SourcePart implements ByteSource {
  readonly name: string;
  readonly size?: number;
  readonly origin?: number;
  readonly file?: { readonly fd: number; readonly start: number };
  readonly readAt?: (into: Uint8Array, offset: number) => number;
  readonly seek?: (offset: number) => void;
  private readonly found: FaultList;

  constructor(
    private readonly source: ByteSource,
    start: number,
  ) {
    const { readAt, seek, size, origin, file } = source;
    this.name = source.name;
    this.found = new FaultList(source, (offset) => Math.max(0, offset - start));
    if (size !== undefined) this.size = Math.max(0, size - start);
    if (origin !== undefined) this.origin = origin + start;
    if (file) this.file = { fd: file.fd, start: file.start + start };
    if (readAt) this.readAt = (into, offset) => readAt.call(source, into, start + offset);
    if (seek) {
      this.seek = (offset) => seek.call(source, start + offset);
      this.seek(0);
    }
  }

  get faults(): readonly SourceFault[] {
    return this.found.all;
  }

  /** Says what is wrong with what stands in front of these bytes. */
  report(fault: SourceFault): void {
    this.found.add(fault);
  }

  read(into: Uint8Array): number | Promise<number> {
    return this.source.read(into);
  }

  close(): void {
    this.source.close();
  }
}
