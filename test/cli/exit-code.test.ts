/** The exit codes are a contract with scripts. */
import { describe, expect, it } from 'vitest';
import * as codes from '../../src/cli/exit-code.js';
import { run } from './run.js';

const FIXTURE = 'fixtures/microvm-7.2.bin';

describe('exit codes', () => {
  it('have the values that are documented', () => {
    expect(codes).toMatchObject({ EXIT_OK: 0, EXIT_FINDINGS: 1, EXIT_USAGE: 2, EXIT_INPUT: 3, EXIT_BUG: 4 });
  });

  it.each([
    [codes.EXIT_OK, `migscope info ${FIXTURE}`],
    [codes.EXIT_OK, `migscope dump ${FIXTURE}`],
    [codes.EXIT_OK, `migscope dump ${FIXTURE} --format json`],
    [codes.EXIT_OK, 'migscope --help'],
    [codes.EXIT_OK, 'migscope completion'],
    [codes.EXIT_OK, `migscope dump ${FIXTURE} --pages | head -1`],
    [codes.EXIT_FINDINGS, `head -c 1000 ${FIXTURE} | migscope info -`],
    [codes.EXIT_FINDINGS, `head -c 1000 ${FIXTURE} | migscope info - --json`],
    [codes.EXIT_FINDINGS, `head -c 1000 ${FIXTURE} | migscope dump -`],
    [codes.EXIT_FINDINGS, `head -c 1000 ${FIXTURE} | migscope dump - --format jsonl`],
    [codes.EXIT_FINDINGS, `migscope info ${FIXTURE} <(head -c 1000 ${FIXTURE}) ${FIXTURE}`],
    [codes.EXIT_USAGE, 'migscope'],
    [codes.EXIT_USAGE, 'migscope nonsense'],
    [codes.EXIT_USAGE, `migscope info ${FIXTURE} --nonsense`],
    [codes.EXIT_USAGE, `migscope dump ${FIXTURE} ${FIXTURE}`],
    [codes.EXIT_USAGE, `migscope dump ${FIXTURE} --max-bytes x`],
    [codes.EXIT_USAGE, `migscope dump ${FIXTURE} --max-bytes 1.5`],
    [codes.EXIT_USAGE, `migscope info ${FIXTURE} --role nonsense`],
    [codes.EXIT_USAGE, `migscope info ${FIXTURE} --offset=-1`],
    [codes.EXIT_INPUT, 'migscope info /does/not/exist'],
    [codes.EXIT_INPUT, 'migscope info /etc/hostname'],
    [codes.EXIT_INPUT, `migscope info ${FIXTURE} --vmdesc /does/not/exist`],
    [codes.EXIT_INPUT, `migscope info ${FIXTURE} /does/not/exist`],
  ])('%d: %s', (code, line) => {
    const result = run(line);
    expect(result.code).toBe(code);
    expect(result.output).not.toMatch(/\n\s+at .*\(?.*:\d+:\d+\)?/);
    expect(result.output).not.toContain('bug');
  });
});
