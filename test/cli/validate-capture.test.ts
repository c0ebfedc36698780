import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateCapture } from '../../src/cli/validate-capture.js';
import { ROOT } from './run.js';

const job = (capture: string) => ({ capture, choice: {}, target: {} });

describe('validateCapture', () => {
  it('reports a capture with its machine type', async () => {
    const kinds = new Set<string>();
    const report = await validateCapture(job(join(ROOT, 'fixtures/microvm-7.2.bin')), {
      event: ({ kind }) => void kinds.add(kind),
    });
    expect(report).toMatchObject({ layers: ['file'], complete: true, machine: 'microvm', findings: [], accepted: [] });
    expect(kinds).toContain('eof');
  });

  it('says why an input cannot be read, without its name, which reports have', async () => {
    expect(await validateCapture(job('/no/such'))).toMatchObject({ unreadable: 'no such file', findings: [] });
    const { unreadable } = await validateCapture(job(join(ROOT, 'README.md')));
    expect(unreadable).toMatch(/is no migration stream.*--role recovery-main$/);
  });
});
