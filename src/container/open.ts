/** Opens what a user names on the command line: a file, a pipe, standard input; finds the stream in it and what it is. */
import { openFile } from '../bytes/file-source.js';
import { withHead } from '../bytes/peek.js';
import type { ByteSource } from '../bytes/source.js';
import { SourcePart } from '../bytes/source-part.js';
import { Cursor, type WindowAllocator } from '../bytes/cursor.js';
import { InputError } from '../finding.js';
import { splitPath } from './split-path.js';
import { type ChannelRole, sniff, SNIFF_SIZE } from './sniff.js';
import type { Attachment, SeveralInside } from './wrapper.js';
import { isSeveral, unwrap } from './wrappers.js';

export interface OpenOptions {
  /** Byte of the file at which the stream starts (`file:…,offset=`). Found by itself when only zeros stand before it. */
  readonly offset?: number;
  /** What the channel is, where its first bytes do not say it. */
  readonly role?: ChannelRole;
  /** Bytes of the reading window, where many channels are read at once. */
  readonly window?: number;
  /** Where that window lies. */
  readonly allocate?: WindowAllocator;
}

/** An open channel, positioned at its first byte. */
export interface OpenChannel {
  readonly name: string;
  readonly role: ChannelRole;
  readonly cursor: Cursor;
  /** What the stream was taken out of, outermost first. */
  readonly layers: readonly string[];
  /** What else those layers hold. */
  readonly attachments: readonly Attachment[];
  close(): void;
}

/** An open wrapper around several channels. */
export interface OpenWrapper extends SeveralInside {
  readonly name: string;
}

/** Zeros before a stream are stepped over up to here. */
const MAX_LEADING_ZEROS = 64 << 20;

/**
 * Opens a channel by path, or standard input by `-`, in whatever it is wrapped. Of a wrapper around several channels, the main one.
 *
 * @throws InputError when it cannot be opened or is something else
 */
export async function openChannel(path: string, options: OpenOptions = {}): Promise<OpenChannel> {
  return oneOf(await openInput(path, options));
}

/** As `openChannel`, for bytes from anywhere. The caller closes the source through the channel. */
export async function openSource(source: ByteSource, options: OpenOptions = {}): Promise<OpenChannel> {
  return oneOf(await open(source, options));
}

/** As `openChannel`, but leaves the choice to the caller where several channels come out. */
export async function openInput(path: string, options: OpenOptions = {}): Promise<OpenChannel | OpenWrapper> {
  const { file, part } = splitPath(path);
  return open(openPath(file, options.offset), options, part);
}

export function isWrapper(input: OpenChannel | OpenWrapper): input is OpenWrapper {
  return 'channels' in input;
}

async function oneOf(input: OpenChannel | OpenWrapper): Promise<OpenChannel> {
  if (!isWrapper(input)) return input;
  const { name, layers, channels } = input;
  for (const inside of channels) {
    const channel = await openSource(inside.open());
    if (channel.role === 'main') return { ...channel, layers: [...layers, ...channel.layers] };
    channel.close();
  }
  input.close();
  throw new InputError(`${name} holds no main channel`);
}

async function open(source: ByteSource, options: OpenOptions, part?: string): Promise<OpenChannel | OpenWrapper> {
  const name = part === undefined ? source.name : `${source.name}#${part}`;
  const outer: string[] = [source.size === undefined ? 'pipe' : 'file'];
  if (options.offset) outer.push(`from byte 0x${options.offset.toString(16)} on`);
  const inside = await unwrap(source, part === undefined ? {} : { part });
  const layers = [...outer, ...inside.layers];
  if (isSeveral(inside)) return { ...inside, name, layers };
  try {
    return { ...(await findStream(inside.source, layers, options)), name, attachments: inside.attachments };
  } catch (error) {
    inside.source.close();
    throw error;
  }
}

async function findStream(
  source: ByteSource,
  layers: string[],
  options: OpenOptions,
): Promise<Omit<OpenChannel, 'name' | 'attachments'>> {
  let cursor = new Cursor(source, options.window, options.allocate);
  await cursor.fill(SNIFF_SIZE);
  if (!cursor.has(1) && options.role !== 'preempt') {
    const [fault] = source.faults ?? [];
    throw new InputError(
      fault ? `${source.name} holds nothing that can be read: ${fault.message}` : `${source.name} is empty`,
    );
  }
  const start = firstBytes(cursor);
  if (options.role === undefined && startsWithZeros(cursor) && !sniff(unread(cursor))) {
    const zeros = await leadingZeros(cursor);
    if (zeros !== undefined) {
      layers.push(`${zeros} leading zero bytes`);
      cursor = new Cursor(partFrom(source, cursor, zeros), options.window, options.allocate);
      await cursor.fill(SNIFF_SIZE);
    }
  }
  const role = options.role ?? recognise(source, cursor, start);
  return { role, cursor, layers, close: () => source.close() };
}

const firstBytes = ({ buffer, position, limit }: Cursor): string =>
  buffer.toString('hex', position, Math.min(limit, position + 8));

function recognise({ name, faults }: ByteSource, cursor: Cursor, start: string): ChannelRole {
  const found = sniff(unread(cursor));
  if (!found) {
    const [fault] = faults ?? [];
    throw new InputError(
      `${name} is no migration stream: it starts with ${start}, not with 5145564d ("QEVM")`,
      fault?.message ?? 'a connection that takes up a broken postcopy has no header: say so with --role recovery-main',
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

/** The source from `start` on, to which the cursor has come. */
function partFrom(source: ByteSource, cursor: Cursor, start: number): ByteSource {
  return new SourcePart(source.seek ? source : withHead(source, Uint8Array.from(unread(cursor))), start);
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
