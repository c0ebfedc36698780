/** Reads a capture for a command: options to a library call, with a progress line. */
import type { Finding } from '../finding.js';
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

/** Reads a capture with all its channels; `listen` gives the sinks of each. A capture of one file is a stream. */
export async function withCapture(
  capture: string,
  choice: InputChoice,
  parsed: Parsed,
  listen: (channel: string) => readonly StreamSink[],
): Promise<ReadResult & { readonly problems: readonly Finding[] }> {
  if (!isCaptureDirectory(capture) && !isSeveral(choice)) {
    return { ...(await withInput(capture, choice, parsed, listen(capture))), problems: [] };
  }
  const line = progress(capture, parsed.quiet !== true);
  try {
    const opened = await openCapture(capture, choice);
    const { problems } = await readCapture(
      opened,
      ({ name }) => (line ? [...listen(name), line.sink] : listen(name)),
      await readOptions(choice),
    );
    return { capture, layers: [isCaptureDirectory(capture) ? 'directory' : 'files'], problems };
  } finally {
    line?.clear();
  }
}

async function readOptions({ offset, role, pageSize, vmdesc }: InputChoice): Promise<ReadOptions> {
  return {
    ...(offset !== undefined && { offset }),
    ...(role !== undefined && { role }),
    ...(pageSize !== undefined && { pageSize }),
    ...(vmdesc !== undefined && { vmdesc: await loadVmdesc(vmdesc) }),
  };
}
