/** Reads a capture for a command: options to a library call, with a progress line. */
import type { StreamSink } from '../stream/events.js';
import { loadVmdesc, readStream, type ReadResult } from '../read.js';
import type { InputChoice, Parsed } from './command.js';
import { progress } from './progress.js';

export async function withInput(
  capture: string,
  choice: InputChoice,
  parsed: Parsed,
  sinks: readonly StreamSink[],
): Promise<ReadResult> {
  const { vmdesc, ...rest } = choice;
  const line = progress(capture, parsed.quiet !== true);
  try {
    return await readStream(capture, line ? [...sinks, line.sink] : sinks, {
      ...rest,
      ...(vmdesc !== undefined && { vmdesc: await loadVmdesc(vmdesc) }),
    });
  } finally {
    line?.clear();
  }
}
