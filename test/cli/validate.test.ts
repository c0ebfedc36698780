/** `migscope validate` over many captures, with what a project decides about its rules. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, run } from './run.js';

interface Document {
  readonly captures: readonly { readonly capture: string; readonly findings: readonly { readonly code: string }[] }[];
}

const MICROVM = join(ROOT, 'fixtures/microvm-7.2.bin');
let folder: string;

/** Four captures of which two are cut, in RAM and in a device. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-validate-'));
  const whole = readFileSync(MICROVM);
  for (const name of ['a', 'b', 'c', 'd']) mkdirSync(join(folder, name));
  copyFileSync(MICROVM, join(folder, 'a/main.bin'));
  writeFileSync(join(folder, 'b/main.bin'), whole.subarray(0, 0x20000));
  copyFileSync(MICROVM, join(folder, 'c/main.bin'));
  writeFileSync(join(folder, 'd/main.bin'), whole.subarray(0, 200_000));
});
afterAll(() => rmSync(folder, { recursive: true }));

const here = (line: string) => run(line, folder);

describe('many captures', () => {
  it('are read on threads, and reported in the order in which they were named', () => {
    const { output, code } = here("migscope validate '?' | grep -v '^  '");
    expect(code).toBe(1);
    expect(output.split('\n')).toEqual([
      'a: nothing found',
      'b: 1 error',
      'main.bin@0x1fffa: error[MIG101] the input ends inside ram record',
      'c: nothing found',
      'd: 1 error',
      'main.bin@0x30d30: error[MIG101] the input ends inside payload of acpi-ged',
      '4 captures, 2 clean: 2 errors',
      '',
    ]);
  });

  it('come from a folder only when they are named', () => {
    expect(here('migscope validate .')).toMatchObject({
      code: 3,
      output: '.: not read: . holds no channel of a migration; each folder in it is a capture: name them, as ./*\n',
    });
  });

  it('have several reports at once', () => {
    const { output, code } = here(
      'migscope validate a b d --format tap --output json:out.json --output sarif:out.sarif',
    );
    expect(code).toBe(1);
    expect(output).toMatch(/^TAP version 13\n1\.\.3\nok 1 - a: nothing found\nnot ok 2 - b: 1 error/);
    const json = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as Document;
    expect(json.captures.map(({ findings }) => findings.length)).toEqual([0, 1, 1]);
    expect(readFileSync(join(folder, 'out.sarif'), 'utf8')).toContain('"ruleId": "MIG101"');
    expect(here('migscope validate a --output json:no/out.json')).toMatchObject({
      code: 2,
      output: expect.stringContaining('there is no folder no') as string,
    });
  });
});

describe('what a project decides', () => {
  it('holds for machine types and sections', () => {
    const config = {
      overrides: [
        { machine: ['pc-*'], rules: { truncated: 'off' } },
        { machine: ['micro*'], section: ['ram'], rules: { MIG101: 'info' } },
      ],
    };
    writeFileSync(join(folder, 'migscope.config.json'), JSON.stringify(config));
    const { output, code } = here("migscope validate b d | grep -v '^  '");
    rmSync(join(folder, 'migscope.config.json'));
    expect(code).toBe(1);
    expect(output).toContain('b: 1 note\n');
    expect(output).toContain('d: 1 error\n');
  });

  it('is kept in a baseline with reasons, and what no longer matches is told', () => {
    const entry = { rule: 'truncated', section: 'ram', path: 'ram record', reason: 'the lab cuts it' };
    const gone = { rule: 'ram-flags', reason: 'was a bug' };
    const baseline = { schema: 'migscope/baseline/1', entries: [entry, gone] };
    writeFileSync(join(folder, 'base.json'), JSON.stringify(baseline));
    const first = here('migscope validate b --baseline base.json');
    expect(first).toMatchObject({ code: 0 });
    expect(first.output).toContain('b: nothing found, 1 accepted by the baseline\n');
    expect(first.output).toContain('baseline: nothing matches ram-flags any more; take the entry out\n');
    expect(here('migscope validate b d --baseline base.json --update-baseline').code).toBe(0);
    const { entries } = JSON.parse(readFileSync(join(folder, 'base.json'), 'utf8')) as { entries: unknown[] };
    expect(entries).toEqual([
      {
        rule: 'truncated',
        machine: 'microvm',
        section: 'acpi-ged',
        path: 'payload of acpi-ged',
        reason: 'not explained yet',
      },
      entry,
    ]);
  });
});
