/** Validates many captures on the cores that there are. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { CaptureReport } from '../report/validate/report.js';
import type { ValidateJob } from './validate-capture.js';

/** A thread takes some 100 ms to start: fewer captures than this are read in turn. */
const WORTH_THREADS = 3;

/** The bundle of `validate-worker.ts` stands beside the file that this one ends up in. */
const WORKER = new URL('./validate-worker.js', import.meta.url);

/**
 * Calls `validateOne` for each job, or hands them to threads where there are enough of them; `done` hears of each report when it is there. The reports
 * come back in the order of the jobs.
 */
export async function validateAll(
  jobs: readonly ValidateJob[],
  validateOne: (job: ValidateJob) => Promise<CaptureReport>,
  done: (report: CaptureReport) => void,
): Promise<readonly CaptureReport[]> {
  const threads = Math.min(availableParallelism(), jobs.length);
  if (jobs.length < WORTH_THREADS || threads < 2 || jobs.some(({ capture }) => capture === '-')) {
    const reports: CaptureReport[] = [];
    for (const job of jobs) {
      const report = await validateOne(job);
      reports.push(report);
      done(report);
    }
    return reports;
  }
  const reports: CaptureReport[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: threads }, async () => {
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
