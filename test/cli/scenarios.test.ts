/** Whole runs of the program, as text files. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './run.js';

const FOLDER = join(import.meta.dirname, 'scenarios');

/** The file with what its commands print now. */
function replay(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.startsWith('$ ') || line.startsWith('# '))
    .map((line) => {
      if (line.startsWith('# ')) return `${line}\n`;
      const { output, code } = run(line.slice(2));
      return `${line}\n${output}exit ${code}\n`;
    })
    .join('\n');
}

describe('scenario', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.scenario'));

  it.each(files)('%s', (name) => {
    const path = join(FOLDER, name);
    const text = readFileSync(path, 'utf8');
    const now = replay(text);
    if (process.env.UPDATE) writeFileSync(path, now);
    else expect(now).toBe(text);
  });
});
