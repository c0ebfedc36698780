import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOutputs } from '../../src/cli/validate-output.js';
import { UsageError } from '../../src/finding.js';
import { problemFinding } from '../../src/problems.js';
import { validateReport } from '../../src/report/validate/report.js';
import { ROOT } from './run.js';

const CAPTURE = join(ROOT, 'fixtures/microvm-7.2.bin');
const finding = problemFinding('ram-flags', 'ram record with flags 0x0', { channel: CAPTURE, offset: 0x1000 });
const report = validateReport([
  { capture: CAPTURE, layers: ['file'], complete: false, findings: [finding], accepted: [] },
]);
const setting = { parsed: { color: 'never' }, choice: {}, failOn: 'warning' } as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('writeOutputs', () => {
  it('writes one report in every format', async () => {
    const formats = ['text', 'json', 'jsonl', 'sarif', 'junit', 'tap', 'github'] as const;
    await writeOutputs(
      report,
      formats.map((format) => ({ format, file: join(folder, format) })),
      setting,
    );
    const text = (format: string): string => readFileSync(join(folder, format), 'utf8');
    for (const format of formats) expect(text(format)).toContain('MIG130');
    // The bytes that it is about, and a caret under the first.
    expect(text('text')).toMatch(/\n {2}0000001000 {2}(?:[0-9a-f]{2} ){16}.*\n {14}\^\^\n/);
    expect(JSON.parse(text('json'))).toMatchObject({ summary: { error: 1 } });
    expect(text('junit')).toContain('<failure');
  });

  it('names the output that cannot be written', async () => {
    const outputs = [{ format: 'json', file: folder }] as const;
    await expect(writeOutputs(report, outputs, setting)).rejects.toThrow(UsageError);
    await expect(writeOutputs(report, outputs, setting)).rejects.toThrow(`--output json:${folder}`);
  });
});
