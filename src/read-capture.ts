/**
 * Reading a migration with all its channels in one call: finds them, decodes them in the order in which a destination applies them, and
 * hands each one's events to its own sinks.
 */
import {
  type Capture,
  type CaptureChannel,
  captureOfFiles,
  captureOfOpen,
  captureOfWrapper,
  listChannels,
} from './container/capture.js';
import { splitPath } from './container/split-path.js';
import { isWrapper, type OpenChannel, openChannel, openInput, type OpenOptions } from './container/open.js';
import { type Finding, InputError } from './finding.js';
import { problemFinding } from './problems.js';
import { readChannel, type ReadOptions, type ReadResult } from './read.js';
import { ArrivalOrder } from './stream/arrival-order.js';
import { Conductor } from './stream/conductor.js';
import { decodeChannel } from './stream/decode-channel.js';
import type { StreamSink } from './stream/events.js';
import { SharedRam } from './stream/shared-ram.js';
import { statSync } from 'node:fs';

/** A channel of a capture that will be read. */
export type ReadableChannel = CaptureChannel & Required<Pick<CaptureChannel, 'role'>>;

/** Listens to a capture: gives the sinks of each channel when its turn comes. */
export type CaptureListener = (channel: ReadableChannel) => readonly StreamSink[];

export interface CaptureResult {
  readonly capture: string;
  readonly channels: readonly ReadableChannel[];
  /** What is wrong with the capture as a whole: channels that are missing, doubled, or of another migration. */
  readonly problems: readonly Finding[];
}

/** Further files of the same migration, for captures that are no directory. */
export interface CaptureFiles {
  readonly channels?: readonly string[];
  readonly returnPath?: string;
}

export interface ReadCaptureOptions extends ReadOptions {
  /** `applied` (the default): as a destination applies it. `arrived`: as the recorder saw it, where it wrote that down. */
  readonly order?: 'applied' | 'arrived';
  /** Told of each channel when it is open and nothing has been read: what it is wrapped in, and what else the wrapper holds. */
  readonly opened?: (channel: ReadableChannel, open: OpenChannel) => void;
}

/** Bytes of the windows of all channels, of one channel at most, and of one however many there are. */
const WINDOWS = 16 << 20;
const MAX_WINDOW = 1 << 20;
const MIN_WINDOW = 1 << 17;

/** True for a path that is a directory, and so a capture of several files. */
export function isCaptureDirectory(path: string): boolean {
  return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/**
 * Finds the channels of a capture: the files of a directory, a main channel and those named beside it, or what is inside one file.
 *
 * A file alone, or a pipe, is open when this returns, and closed when the capture has been read. `options` are for it.
 *
 * @throws InputError when there is none
 */
export async function openCapture(path: string, files: CaptureFiles = {}, options: OpenOptions = {}): Promise<Capture> {
  if (isCaptureDirectory(path)) {
    const capture = await listChannels(path);
    if (!capture.channels.some(({ role }) => role !== undefined)) {
      throw new InputError(
        `${path} holds no channel of a migration`,
        'a capture directory has main.bin and further *.bin files',
      );
    }
    return capture;
  }
  const more = [...(files.channels ?? []), ...(files.returnPath === undefined ? [] : [files.returnPath])];
  if (more.length > 0) return captureOfFiles([path, ...more], path);
  const input = await openInput(path, options);
  return isWrapper(input) ? captureOfWrapper(input) : captureOfOpen(path, input, options);
}

/** True for what can be read only once. */
function isPipe(path: string): boolean {
  const { file } = splitPath(path);
  return file === '-' || (statSync(file, { throwIfNoEntry: false })?.isFIFO() ?? false);
}

/** A channel of an input, as a listener meets it. */
export interface InputChannel {
  /** What findings call it. */
  readonly name: string;
  /** The capture has all channels of its migration, not only the one that was named. */
  readonly several: boolean;
}

export interface ReadInputOptions extends ReadCaptureOptions {
  /**
   * The channels to listen to, where the capture comes with all of them; all unless given. All are read in any case, since they depend on each
   * other.
   */
  readonly pick?: (capture: Capture) => ReadonlySet<CaptureChannel> | undefined;
}

export interface ReadInputResult extends ReadResult {
  /** What is wrong with the capture as a whole. */
  readonly problems: readonly Finding[];
}

/**
 * Reads whatever was named: one stream from a file or a pipe, or a capture with all its channels. `listen` gives the sinks of each channel.
 *
 * @throws InputError when it cannot be opened or is no migration stream
 */
export async function readInput(
  path: string,
  files: CaptureFiles,
  listen: (channel: InputChannel) => readonly StreamSink[],
  { pick, ...options }: ReadInputOptions = {},
): Promise<ReadInputResult> {
  const directory = isCaptureDirectory(path);
  const alone = (files.channels?.length ?? 0) === 0 && files.returnPath === undefined;
  let input = directory || (!alone && isPipe(path)) ? undefined : await openInput(path, options);
  if (input && !isWrapper(input)) {
    if (alone) {
      return { ...(await readChannel(input, listen({ name: path, several: false }), options)), problems: [] };
    }
    input.close();
    input = undefined;
  }
  const capture = input ? await captureOfWrapper(input) : await openCapture(path, directory ? {} : files);
  try {
    const wanted = directory || input ? pick?.(capture) : undefined;
    const { problems } = await readCapture(
      capture,
      (channel) => (wanted && !wanted.has(channel) ? [] : listen({ name: channel.name, several: true })),
      options,
    );
    return { capture: path, layers: input?.layers ?? [directory ? 'directory' : 'files'], problems };
  } finally {
    capture.close?.();
  }
}

/**
 * Reads all channels. The main channel and the multifd channels are read together, held at each sync point until all have come there; then
 * whatever came later, in the order of the connections: preempt channels, recovery connections, return paths.
 */
export async function readCapture(
  capture: Capture,
  listener: CaptureListener,
  options: ReadCaptureOptions = {},
): Promise<CaptureResult> {
  const channels = capture.channels.filter((channel): channel is ReadableChannel => channel.role !== undefined);
  // All channels together, of which there can be 255 of multifd alone, get the room that a few have.
  const window = Math.max(MIN_WINDOW, Math.min(MAX_WINDOW, Math.floor(WINDOWS / Math.max(1, channels.length))));
  const ram = new SharedRam();
  if (options.pageSize !== undefined) ram.pageSize = options.pageSize;
  const read: Read = async (channel, extra = []) => {
    const how = {
      window,
      ...(options.allocate && { allocate: options.allocate }),
      // An empty file has no bytes to tell its role.
      ...(channel.bytes === 0 && { role: channel.role }),
      ...(options.offset && { offset: options.offset }),
    };
    const open = await (channel.open?.(how) ?? openChannel(channel.path, how));
    try {
      options.opened?.(channel, open);
      await decodeChannel(open.cursor, [...listener(channel), ...extra], {
        role: channel.role,
        channel: channel.name,
        multifd: ram,
        blocks: ram.blocks,
        ...(ram.machine !== undefined && { machine: ram.machine }),
        ...(ram.pageSize !== undefined && { pageSize: ram.pageSize }),
        ...(options.vmdesc && { vmdesc: options.vmdesc }),
      });
    } finally {
      open.close();
    }
  };
  if (options.order === 'arrived' && capture.arrivals) {
    const order = new ArrivalOrder();
    const reads = channels.map(async (channel) => {
      const { sink, started } = order.channel(channel.name);
      await started;
      await read(channel, channel.role === 'main' ? [ram, sink] : [sink]);
    });
    await Promise.all([...reads, order.run(capture.arrivals())]);
  } else await readApplied(channels, ram, read);
  return {
    capture: capture.name,
    channels,
    problems: capture.notes.map((note) => problemFinding(note.rule, note.message, note, note)),
  };
}

type Read = (channel: ReadableChannel, extra?: readonly StreamSink[]) => Promise<void>;

async function readApplied(channels: readonly ReadableChannel[], ram: SharedRam, read: Read): Promise<void> {
  const conductor = new Conductor();
  const main = channels.find(({ role }) => role === 'main');
  const multifd = channels.filter(({ role }) => role === 'multifd');
  const together = multifd.map((channel) => [channel, [conductor.multifd()]] as const);
  await Promise.all([
    ...(main ? [read(main, [ram, conductor.main()])] : []),
    ...together.map(([channel, sinks]) => read(channel, sinks)),
  ]);
  for (const channel of channels) if (channel !== main && channel.role !== 'multifd') await read(channel);
}
