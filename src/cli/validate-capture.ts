/** Validates one capture for the command: what a worker does, and the command itself where there is only one. */
import { InputError } from '../finding.js';
import type { CaptureReport } from '../report/validate/report.js';
import type { Target } from '../rules/facts.js';
import type { StreamSink } from '../stream/events.js';
import { validate } from '../validate.js';
import type { InputChoice } from './command.js';
import { readOptions } from './input.js';

/** Everything that a worker has to be told; plain data. */
export interface ValidateJob {
  readonly capture: string;
  readonly choice: InputChoice;
  readonly target: Target;
}

/** `listener` listens beside the rules, for progress. An input that cannot be read is told in the report. */
export async function validateCapture(
  { capture, choice, target }: ValidateJob,
  listener?: StreamSink,
): Promise<CaptureReport> {
  try {
    const { complete, findings, layers, summary } = await validate(capture, {
      ...(await readOptions(choice)),
      files: choice,
      target,
      ...(listener && { listener }),
    });
    const machine = summary.streams.find(({ configuration }) => configuration)?.configuration?.machine;
    return { capture, layers, complete, ...(machine !== undefined && { machine }), findings, accepted: [] };
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof Error && 'syscall' in error)) throw error;
    const hint = error instanceof InputError && error.hint !== undefined ? `; ${error.hint}` : '';
    // Reports name the capture themselves.
    const message = error.message.startsWith(`${capture}: `) ? error.message.slice(capture.length + 2) : error.message;
    return { capture, layers: [], complete: false, findings: [], accepted: [], unreadable: `${message}${hint}` };
  }
}
