import { describe, expect, it } from 'vitest';
import { expectValid } from '../report/schemas.js';
import { run } from './run.js';

const FIXTURE = 'fixtures/microvm-7.2.bin';

describe('info', () => {
  it('prints one document for one capture, and an array for several', () => {
    const one = JSON.parse(run(`migscope info ${FIXTURE} --json`).output) as { capture: string };
    expect(one.capture).toBe(FIXTURE);
    expectValid('info', one);
    const two = JSON.parse(run(`migscope info ${FIXTURE} ${FIXTURE} --json`).output) as unknown;
    expect(two).toEqual([one, one]);
  });

  it('prints what it has read before a capture that cannot be read', () => {
    const { output, code } = run(`migscope info ${FIXTURE} /does/not/exist`);
    expect(output).toMatch(/^fixtures\/microvm-7.2.bin: whole, /);
    expect(output).toMatch(/\nmigscope: \/does\/not\/exist: no such file\n$/);
    expect(code).toBe(3);
  });

  it('has no colour when it does not write to a terminal', () => {
    expect(run(`migscope info ${FIXTURE}`).output).not.toContain('\x1b');
    expect(run(`migscope info ${FIXTURE} --color always`).output).toContain('\x1b[32mwhole');
  });

  it('lets no control character of a stream reach the terminal', () => {
    // Header, CONFIGURATION with a machine type that clears the screen, a section whose name sets the title.
    const stream =
      "printf 'QEVM\\0\\0\\0\\3\\7\\0\\0\\0\\6a\\33[2Jb\\4\\0\\0\\0\\1\\10\\33]0;x\\7\\302\\233\\0\\0\\0\\0\\0\\0\\0\\1'";
    for (const command of ['info -', 'info - --json', 'dump -', 'dump - --format jsonl']) {
      const { output } = run(`${stream} | migscope ${command}`);
      expect(output).toMatch(/\\(\\x1b|x1b)\[2J/);
      expect(output).toContain(']0;x');
      expect(output).not.toMatch(/[\x1b\x07\u009b]/);
    }
  });
});
