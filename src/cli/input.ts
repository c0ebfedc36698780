/** Reads a capture for a command: options to a library call, with a progress line. */
import type { Capture, CaptureChannel } from '../container/capture.js';
import { UsageError } from '../finding.js';
import type { StreamSink } from '../stream/events.js';
import { loadVmdesc, type ReadOptions } from '../read.js';
import { type InputChannel, type ReadCaptureOptions, readInput, type ReadInputResult } from '../read-capture.js';
import type { InputChoice, Parsed } from './command.js';
import { progress } from './progress.js';

export interface SeveralOptions extends Pick<ReadCaptureOptions, 'order'> {
  /** `--channel` picks channels of a directory or of a packet capture. */
  readonly pick?: boolean;
}

/** Reads a capture with all its channels; `listen` gives the sinks of each. */
export async function withCapture(
  capture: string,
  choice: InputChoice,
  parsed: Parsed,
  listen: (channel: InputChannel) => readonly StreamSink[],
  { order = 'applied', pick = false }: SeveralOptions = {},
): Promise<ReadInputResult> {
  const line = progress(capture, parsed.quiet !== true);
  const channels = choice.channels ?? [];
  try {
    return await readInput(capture, choice, (channel) => (line ? [...listen(channel), line.sink] : listen(channel)), {
      ...(await readOptions(choice)),
      order,
      ...(pick && { pick: (opened) => picked(opened, channels) }),
    });
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

/** What the user said of the input, as the library takes it. */
export async function readOptions({ offset, role, pageSize, vmdesc }: InputChoice): Promise<ReadOptions> {
  return {
    ...(offset !== undefined && { offset }),
    ...(role !== undefined && { role }),
    ...(pageSize !== undefined && { pageSize }),
    ...(vmdesc !== undefined && { vmdesc: await loadVmdesc(vmdesc) }),
  };
}
