import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { run } from './run.js';

const names = COMMANDS.map(({ usage }) => usage.split(' ', 1)[0]!);

describe('commands', () => {
  it('have names of their own and one-line summaries', () => {
    expect(new Set(names).size).toBe(names.length);
    for (const { summary } of COMMANDS) expect(summary).toMatch(/^[A-Z][^\n]*[^.]$/);
  });

  it('are listed by --help', () => {
    const { output } = run('migscope --help');
    for (const { usage } of COMMANDS) expect(output).toContain(`migscope ${usage}`);
  });

  it.each(names)('%s --help has examples that start with the program', (name) => {
    const { output, code } = run(`migscope ${name} --help`);
    expect(code).toBe(0);
    const [, examples] = output.split('Examples:\n');
    expect(examples).toMatch(new RegExp(`^  (.*\\| )?migscope ${name} `));
    expect(Math.max(...output.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100);
  });

  it('are completed by the script that `completion` prints', () => {
    const { output, code } = run('migscope completion');
    expect(code).toBe(0);
    expect(output).toContain('complete -o');
    expect(run('migscope --get-yargs-completions migscope ""').output.split('\n')).toEqual(
      expect.arrayContaining(names),
    );
  });
});
