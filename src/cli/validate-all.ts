/** Validates the captures that were named, in turn or in threads. */
import type { CaptureReport } from '../report/validate/report.js';
import type { ValidateJob } from './validate-capture.js';

/** A thread takes some 100 ms to start: fewer captures than this are read in turn. */
const WORTH_THREADS = 3;

/**
 * Calls `validateOne` for each job, or hands them to threads where there are enough of them and none is standard input; `done` hears of
 * each report when it is there. The reports come back in the order of the jobs.
 */
export async function validateAll(
  jobs: readonly ValidateJob[],
  validateOne: (job: ValidateJob) => Promise<CaptureReport>,
  done: (report: CaptureReport) => void,
): Promise<readonly CaptureReport[]> {
  if (jobs.length >= WORTH_THREADS && jobs.every(({ capture }) => capture !== '-')) {
    const { validateInThreads } = await import('./validate-pool.js');
    return validateInThreads(jobs, done);
  }
  const reports: CaptureReport[] = [];
  for (const job of jobs) {
    const report = await validateOne(job);
    reports.push(report);
    done(report);
  }
  return reports;
}
