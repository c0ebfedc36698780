/** The bytes that findings are about, read again from a capture whose channels can be sought in. */
import { statSync } from 'node:fs';
import type { ByteSource } from './bytes/source.js';
import { openChannel, type OpenOptions } from './container/open.js';
import type { Finding } from './finding.js';
import { type CaptureFiles, isCaptureDirectory, openCapture } from './read-capture.js';

/** Bytes of one row of an excerpt. */
export const EXCERPT_ROW = 16;

/** The row of bytes that the offset of a finding lies in. */
export interface Excerpt {
  /** Offset of the first byte in the channel. */
  readonly base: number;
  readonly bytes: Uint8Array;
}

export class Excerpts {
  private readonly open = new Map<string, ByteSource | undefined>();

  private constructor(
    private readonly paths: ReadonlyMap<string, string> | string,
    private readonly options: OpenOptions,
  ) {}

  /** `path` and `files` as they were given to be read. */
  static async of(path: string, files: CaptureFiles = {}, options: OpenOptions = {}): Promise<Excerpts> {
    const directory = isCaptureDirectory(path);
    const several = directory || (files.channels?.length ?? 0) > 0 || files.returnPath !== undefined;
    if (!several) return new Excerpts(path, options);
    const { channels } = await openCapture(path, directory ? {} : files);
    return new Excerpts(new Map(channels.map((channel) => [channel.name, channel.path])), options);
  }

  /** Undefined for pipes, and behind the end of the channel. */
  async at({ channel, offset }: Pick<Finding, 'channel' | 'offset'>): Promise<Excerpt | undefined> {
    const source = await this.source(channel);
    const base = Math.floor(offset / EXCERPT_ROW) * EXCERPT_ROW;
    const bytes = new Uint8Array(EXCERPT_ROW);
    const got = source?.readAt?.(bytes, base) ?? 0;
    return base + got <= offset ? undefined : { base, bytes: bytes.subarray(0, got) };
  }

  close(): void {
    for (const source of this.open.values()) source?.close();
    this.open.clear();
  }

  private async source(channel: string): Promise<ByteSource | undefined> {
    const path = typeof this.paths === 'string' ? this.paths : this.paths.get(channel);
    // A pipe with a name has been read: opening it again would wait for somebody else to write.
    if (path === undefined || path === '-' || isPipe(path)) return undefined;
    if (!this.open.has(path)) {
      // A file that cannot be opened again has no excerpts.
      const opened = await openChannel(path, this.options).catch(() => undefined);
      this.open.set(path, opened?.cursor.source);
    }
    return this.open.get(path);
  }
}

function isPipe(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && (stat.isFIFO() || stat.isSocket() || stat.isCharacterDevice());
}
