/** Validates many captures on the cores that there are. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CaptureReport } from '../report/validate/report.js';
import type { ValidateJob } from './validate-capture.js';

/** The bundle of `validate-worker.ts` stands beside the file that this one ends up in. */
const WORKER = new URL('./validate-worker.js', import.meta.url);

/** Hands the jobs to as many threads as there are cores; `done` hears of each report when it is there. The reports come back in the order of the jobs. */
export async function validateInThreads(
  jobs: readonly ValidateJob[],
  done: (report: CaptureReport) => void,
): Promise<readonly CaptureReport[]> {
  const reports: CaptureReport[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(availableParallelism(), jobs.length) }, async () => {
      const worker = new Worker(WORKER);
      try {
        while (next < jobs.length) {
          const index = next++;
          const report = await ask(worker, jobs[index]!);
          reports[index] = report;
          done(report);
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
  return reports;
}

type Answer = { readonly report: CaptureReport } | { readonly bug: unknown };

function ask(worker: Worker, job: ValidateJob): Promise<CaptureReport> {
  return new Promise((resolve, reject) => {
    const answered = (answer: Answer): void => {
      worker.off('error', reject);
      if ('report' in answer) resolve(answer.report);
      else reject(new Error(`${job.capture}: ${String(answer.bug)}`));
    };
    worker.once('message', answered);
    worker.once('error', reject);
    worker.postMessage(job);
  });
}
