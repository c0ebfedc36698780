/** The thread that decodes a migration while it is being recorded, and judges it where that is asked for. */
import { parentPort, workerData } from 'node:worker_threads';
import { LiveDecoder } from './capture/live-decoder.js';
import type { FromLiveThread, LiveThreadOptions, ToLiveThread } from './capture/live-messages.js';
import { Judge } from './validate.js';

const { directory, validate } = workerData as LiveThreadOptions;
const say = (message: FromLiveThread): void => parentPort?.postMessage(message);

/** All that listens to the channels beside the decoder's own watch over the phase. */
const judge = validate ? new Judge(true, { onFinding: (finding) => say({ kind: 'finding', finding }) }) : undefined;

const decoder = new LiveDecoder(directory, {
  state: (state) => say({ kind: 'state', state }),
  sinks: (name) => judge?.channel(name) ?? [],
});

parentPort?.on('message', (message: ToLiveThread) => {
  if (message.kind === 'grown') decoder.grown(message.file, message.bytes);
  else if (message.kind === 'ended') decoder.ended(message.file);
  else void finish();
});

async function finish(): Promise<void> {
  await decoder.finish();
  say({ kind: 'done', findings: judge?.verdict().findings ?? [] });
}
