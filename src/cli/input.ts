/** Reads a capture for a command: options to a library call, with a progress line. */
import type { Capture, CaptureChannel } from '../container/capture.js';
import { type Finding, UsageError } from '../finding.js';
import type { StreamSink } from '../stream/events.js';
import { loadVmdesc, readStream, type ReadOptions, type ReadResult } from '../read.js';
import { isCaptureDirectory, openCapture, readCapture } from '../read-capture.js';
import { type InputChoice, isSeveral, type Parsed } from './command.js';
import { progress } from './progress.js';

/** Reads one stream. */
export async function withInput(
  capture: string,
  choice: InputChoice,
  parsed: Parsed,
  sinks: readonly StreamSink[],
): Promise<ReadResult> {
  const line = progress(capture, parsed.quiet !== true);
  try {
    return await readStream(capture, line ? [...sinks, line.sink] : sinks, await readOptions(choice));
  } finally {
    line?.clear();
  }
}

/** How a capture of several channels is read. */
export interface SeveralOptions {
  readonly order?: 'applied' | 'arrived';
  /** `--channel` picks channels of a directory. */
  readonly pick?: boolean;
}

/**
 * Reads a capture with all its channels; `listen` gives the sinks of each, with a label where there are several. A capture of one file is a
 * stream.
 */
export async function withCapture(
  capture: string,
  choice: InputChoice,
  parsed: Parsed,
  listen: (channel: string, label: string | undefined) => readonly StreamSink[],
  { order = 'applied', pick = false }: SeveralOptions = {},
): Promise<ReadResult & { readonly problems: readonly Finding[] }> {
  const directory = isCaptureDirectory(capture);
  if (!directory && !isSeveral(choice)) {
    return { ...(await withInput(capture, choice, parsed, listen(capture, undefined))), problems: [] };
  }
  const opened = await openCapture(capture, directory ? {} : choice);
  const wanted = directory && pick ? picked(opened, choice.channels ?? []) : undefined;
  const line = progress(capture, parsed.quiet !== true);
  try {
    const { problems } = await readCapture(
      opened,
      (channel) => {
        if (wanted && !wanted.has(channel)) return [];
        const sinks = listen(channel.name, channel.name);
        return line ? [...sinks, line.sink] : sinks;
      },
      { ...(await readOptions(choice)), order },
    );
    return { capture, layers: [directory ? 'directory' : 'files'], problems };
  } finally {
    line?.clear();
  }
}

/** @throws UsageError when one of the names fits no channel */
function picked({ channels }: Capture, ids: readonly string[]): ReadonlySet<CaptureChannel> | undefined {
  if (ids.length === 0) return undefined;
  return new Set(
    ids.flatMap((id) => {
      const found = channels.filter(
        ({ name, role, multifd }) => name === id || role === id || String(multifd?.id) === id,
      );
      if (found.length > 0) return found;
      throw new UsageError(`--channel ${id} fits none of ${channels.map(({ name }) => name).join(', ')}`);
    }),
  );
}

async function readOptions({ offset, role, pageSize, vmdesc }: InputChoice): Promise<ReadOptions> {
  return {
    ...(offset !== undefined && { offset }),
    ...(role !== undefined && { role }),
    ...(pageSize !== undefined && { pageSize }),
    ...(vmdesc !== undefined && { vmdesc: await loadVmdesc(vmdesc) }),
  };
}
