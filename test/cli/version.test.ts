import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../../src/cli/version.js';
import { ROOT, run } from './run.js';

describe('version', () => {
  it('is that of the package', () => {
    const { version: expected } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(version()).toBe(expected);
    expect(run('migscope --version').output).toBe(`${expected}\n`);
    expect(run('migscope -V').output).toBe(`${expected}\n`);
  });
});
