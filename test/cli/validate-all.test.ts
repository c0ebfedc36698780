import { describe, expect, it } from 'vitest';
import { validateAll } from '../../src/cli/validate-all.js';
import type { ValidateJob } from '../../src/cli/validate-capture.js';
import type { CaptureReport } from '../../src/report/validate/report.js';

const job = (capture: string): ValidateJob => ({ capture, choice: {}, target: {} });
const reportOf = ({ capture }: ValidateJob): CaptureReport => ({
  capture,
  layers: [],
  complete: true,
  findings: [],
  accepted: [],
});

// What threads do is tested with the program, in validate.test.ts: they run its bundle.
describe('validateAll', () => {
  it.each([
    ['few captures', ['b', 'a']],
    ['standard input among them', ['b', '-', 'a', 'c']],
  ])('reads %s in turn, and tells of each', async (_, captures) => {
    const told: string[] = [];
    let running = 0;
    const reports = await validateAll(
      captures.map(job),
      async (one) => {
        expect(running++).toBe(0);
        await Promise.resolve();
        running--;
        return reportOf(one);
      },
      ({ capture }) => told.push(capture),
    );
    expect(reports.map(({ capture }) => capture)).toEqual(captures);
    expect(told).toEqual(captures);
  });
});
