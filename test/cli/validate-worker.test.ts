/** The worker as the program starts it: the bundle. */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { ROOT } from './run.js';

it('answers each job with its report', async () => {
  const bundle = join(ROOT, 'dist/bundle');
  expect(readdirSync(bundle)).toContain('validate-worker.js');
  const worker = new Worker(join(bundle, 'validate-worker.js'));
  try {
    for (const capture of [join(ROOT, 'fixtures/microvm-7.2.bin'), '/no/such']) {
      worker.postMessage({ capture, choice: {}, target: {} });
      expect(await once(worker, 'message')).toMatchObject([{ report: { capture, findings: [] } }]);
    }
  } finally {
    await worker.terminate();
  }
});
