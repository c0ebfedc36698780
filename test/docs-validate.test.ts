/** The example of docs/validate.md does what it says. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../src/rules/config-file.js';
import { ROOT } from './cli/run.js';

const page = readFileSync(join(ROOT, 'docs/validate.md'), 'utf8');
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!;

it('runs a rule of a program', () => {
  // From standard input, "migscope" is the package that the working directory belongs to.
  const args = ['--input-type=module', '-'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, input: block('js'), encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toBe(block('text'));
});

it('shows a configuration that is one', () => {
  expect(parseConfig(block('json'), 'validate.md')).toMatchObject({ failOn: 'error', target: '9.2' });
});
