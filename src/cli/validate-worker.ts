/** A thread that validates captures one after the other. */
import { parentPort } from 'node:worker_threads';
import { validateCapture, type ValidateJob } from './validate-capture.js';

parentPort!.on('message', (job: ValidateJob) => {
  void validateCapture(job).then(
    (report) => parentPort!.postMessage({ report }),
    (error: unknown) =>
      parentPort!.postMessage({ bug: error instanceof Error ? (error.stack ?? error.message) : error }),
  );
});
