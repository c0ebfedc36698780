/** Opens what a user names on the command line: a file, a pipe, standard input; finds the stream in it and what it is. */
import { openFile } from '../bytes/file-source.js';
import type { ByteSource } from '../bytes/source.js';
import { Cursor } from '../bytes/cursor.js';
import { InputError } from '../finding.js';
import { type ChannelRole, sniff, SNIFF_SIZE } from './sniff.js';

export interface OpenOptions {
  /** Byte of the file at which the stream starts (`file:…,offset=`). Found by itself when only zeros stand before it. */
  readonly offset?: number;
  /** What the channel is, where its first bytes do not say it. */
  readonly role?: ChannelRole;
  /** Bytes of the reading window, where many channels are read at once. */
  readonly window?: number;
}

/** An open channel, positioned at its first byte. */
export interface OpenChannel {
  readonly name: string;
  readonly role: ChannelRole;
  readonly cursor: Cursor;
  /** What the stream was taken out of, outermost first. */
  readonly layers: readonly string[];
  close(): void;
}

/** Zeros before a stream are stepped over up to here. */
const MAX_LEADING_ZEROS = 64 << 20;

/**
 * Opens a channel by path, or standard input by `-`.
 *
 * @throws InputError when it cannot be opened or is something else
 */
export async function openChannel(path: string, options: OpenOptions = {}): Promise<OpenChannel> {
  const source = openPath(path, options.offset);
  try {
    return await openSource(source, options);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** As `openChannel`, for bytes from anywhere. The caller closes the source through the channel. */
export async function openSource(source: ByteSource, options: OpenOptions = {}): Promise<OpenChannel> {
  const layers: string[] = [source.size === undefined ? 'pipe' : 'file'];
  if (options.offset) layers.push(`from byte 0x${options.offset.toString(16)} on`);
  let cursor = new Cursor(source, options.window);
  await cursor.fill(SNIFF_SIZE);
  if (!cursor.has(1) && options.role !== 'preempt') throw new InputError(`${source.name} is empty`);
  const start = firstBytes(cursor);
  if (options.role === undefined && startsWithZeros(cursor) && !sniff(unread(cursor))) {
    const zeros = await leadingZeros(cursor);
    if (zeros !== undefined) {
      layers.push(`${zeros} leading zero bytes`);
      cursor = new Cursor(new SourceFrom(source, cursor, zeros));
      await cursor.fill(SNIFF_SIZE);
    }
  }
  const role = options.role ?? recognise(source.name, cursor, start);
  return { name: source.name, role, cursor, layers, close: () => source.close() };
}

const firstBytes = ({ buffer, position, limit }: Cursor): string =>
  buffer.toString('hex', position, Math.min(limit, position + 8));

function recognise(name: string, cursor: Cursor, start: string): ChannelRole {
  const found = sniff(unread(cursor));
  if (!found) {
    throw new InputError(
      `${name} is no migration stream: it starts with ${start}, not with 5145564d ("QEVM")`,
      'a connection that takes up a broken postcopy has no header: say so with --role recovery-main',
    );
  }
  if ('other' in found) throw new InputError(`${name} is ${found.other}, not a migration stream`, found.hint);
  return found.role;
}

/**
 * Opens a file or pipe by path, or standard input by `-`.
 *
 * @throws InputError when it cannot be opened
 */
export function openPath(path: string, offset = 0): ByteSource {
  try {
    return openFile(path === '-' ? 0 : path, path === '-' ? 'standard input' : path, offset);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    if (code === 'ENOENT') throw new InputError(`${path}: no such file`);
    if (code === 'EISDIR') {
      throw new InputError(`${path} is a directory`, 'name the file of the main channel in it, for example main.bin');
    }
    if (code === 'EACCES' || code === 'EPERM') throw new InputError(`${path}: permission denied`);
    throw new InputError(`${path}: ${(error as Error).message}`);
  }
}

/** What of the input is in the window. */
function unread(cursor: Cursor): Uint8Array {
  return cursor.buffer.subarray(cursor.position, cursor.limit);
}

function startsWithZeros(cursor: Cursor): boolean {
  const end = Math.min(cursor.limit, cursor.position + SNIFF_SIZE);
  return cursor.buffer.subarray(cursor.position, end).every((byte) => byte === 0);
}

/** The number of zeros before the header, when a header is what follows them. */
async function leadingZeros(cursor: Cursor): Promise<number | undefined> {
  while (await cursor.fill(4)) {
    const { buffer, limit } = cursor;
    while (cursor.position < limit && buffer[cursor.position] === 0) cursor.position++;
    if (cursor.position < limit) break;
    if (cursor.offset > MAX_LEADING_ZEROS) return undefined;
  }
  await cursor.fill(SNIFF_SIZE);
  const found = sniff(unread(cursor));
  return found && 'role' in found ? cursor.offset : undefined;
}

/** The rest of a source, as if it began further in. What the first cursor has already read is handed on. */
class SourceFrom implements ByteSource {
  readonly name: string;
  readonly size?: number;
  readonly readAt?: (into: Uint8Array, offset: number) => number;
  readonly seek?: (offset: number) => void;
  private head: Uint8Array;

  constructor(
    private readonly source: ByteSource,
    cursor: Cursor,
    start: number,
  ) {
    this.name = source.name;
    this.head = Uint8Array.from(cursor.buffer.subarray(cursor.position, cursor.limit));
    const { readAt, seek } = source;
    if (source.size !== undefined) this.size = source.size - start;
    if (readAt) this.readAt = (into, offset) => readAt.call(source, into, start + offset);
    if (seek) {
      this.seek = (offset) => {
        this.head = new Uint8Array(0);
        seek.call(source, start + offset);
      };
    }
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
