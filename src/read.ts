/**
 * Reading a stream in one call: opens, decodes, hands the events to the sinks, closes.
 */
import type { ByteSource } from './bytes/source.js';
import { type OpenChannel, openChannel, type OpenOptions, openPath, openSource } from './container/open.js';
import { splitPath } from './container/split-path.js';
import { InputError } from './finding.js';
import { StreamModel, type StreamSummary } from './model/stream-model.js';
import { decodeChannel } from './stream/decode-channel.js';
import type { StreamSink } from './stream/events.js';
import { findVmdesc } from './stream/vmdesc-lookup.js';
import { MAX_VMDESC, parseVmdesc, type VmstateDescription } from './vmstate/vmdesc.js';

export interface ReadOptions extends OpenOptions {
  /** The description of the device state from elsewhere; see `loadVmdesc`. */
  readonly vmdesc?: VmstateDescription;
  /** Target page size in bytes, where the stream does not say it. */
  readonly pageSize?: number;
  /** What findings call the channel; the name of the input unless given. */
  readonly channel?: string;
}

/** What was read, and how it was wrapped. */
export interface ReadResult {
  /** How the input was named. */
  readonly capture: string;
  readonly layers: readonly string[];
}

/**
 * Reads a stream from a file, a pipe (`-` is standard input) or any source, and reports its events to the sinks. What is wrong with the bytes is
 * reported as `problem` events, never thrown.
 *
 * @throws InputError when the input cannot be opened or is no migration stream
 */
export async function readStream(
  input: string | ByteSource,
  sinks: readonly StreamSink[],
  options: ReadOptions = {},
): Promise<ReadResult> {
  return readChannel(
    typeof input === 'string' ? await openChannel(input, options) : await openSource(input, options),
    sinks,
    options,
  );
}

/** As `readStream`, for a channel that is open. Closes it. */
export async function readChannel(
  channel: OpenChannel,
  sinks: readonly StreamSink[],
  options: Omit<ReadOptions, keyof OpenOptions> = {},
): Promise<ReadResult> {
  try {
    await decodeChannel(channel.cursor, sinks, {
      role: channel.role,
      channel: options.channel ?? channel.name,
      ...(options.vmdesc && { vmdesc: options.vmdesc }),
      ...(options.pageSize !== undefined && { pageSize: options.pageSize }),
    });
  } finally {
    channel.close();
  }
  return { capture: channel.name, layers: channel.layers };
}

/** Reads a stream and adds it up. */
export async function summarize(
  input: string | ByteSource,
  options: ReadOptions = {},
): Promise<StreamSummary & ReadResult> {
  const model = new StreamModel();
  const result = await readStream(input, [model], options);
  return { ...result, ...model.summary() };
}

/**
 * Loads the description of the device state from another stream, or from a file with its JSON alone.
 *
 * @throws InputError when there is none in it
 */
export async function loadVmdesc(path: string): Promise<VmstateDescription> {
  const found = descriptionAlone(path) ?? (await descriptionIn(path));
  if (found) return found;
  throw new InputError(
    `${path} has no vmdesc`,
    'name a stream that ends with one (precopy, not suppressed), or its JSON',
  );
}

/** The description that the file is. */
function descriptionAlone(path: string): VmstateDescription | undefined {
  try {
    return withSource(path, (source) => {
      const first = new Uint8Array(1);
      if (!source.readAt || source.readAt(first, 0) === 0 || first[0] !== 0x7b) return undefined;
      const text = Buffer.alloc(Math.min(source.size!, MAX_VMDESC));
      source.readAt(text, 0);
      return parseVmdesc(text);
    });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError)
      throw new InputError(`${path} is JSON, but no vmdesc: ${error.message}`);
    throw error;
  }
}

/** The description in a stream, whatever that is wrapped in. */
async function descriptionIn(path: string): Promise<VmstateDescription | undefined> {
  const channel = await openChannel(path).catch((error: unknown) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  // What does not begin as a stream can still end as one.
  if (!channel) return withSource(path, findVmdesc);
  let description = findVmdesc(channel.cursor.source);
  const sink: StreamSink = {
    event(event) {
      if (event.kind === 'vmdesc') description = event.description;
    },
  };
  if (description) channel.close();
  else await readChannel(channel, [sink]);
  return description;
}

function withSource<T>(path: string, fn: (source: ByteSource) => T): T {
  const source = openPath(splitPath(path).file);
  try {
    return fn(source);
  } finally {
    source.close();
  }
}
