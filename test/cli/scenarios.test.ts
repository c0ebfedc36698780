/** Whole runs of the program, as text files. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBeside } from './run.js';

const FOLDER = join(import.meta.dirname, 'scenarios');

/** The file with what its commands print now. */
async function replay(text: string): Promise<string> {
  const parts: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) parts.push(`${line}\n`);
    if (!line.startsWith('$ ')) continue;
    const { output, code } = await runBeside(line.slice(2));
    parts.push(`${line}\n${output}exit ${code}\n`);
  }
  return parts.join('\n');
}

describe.concurrent('scenario', () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.scenario'));

  it.each(files)('%s', async (name) => {
    const path = join(FOLDER, name);
    const text = readFileSync(path, 'utf8');
    const now = await replay(text);
    if (process.env.UPDATE) writeFileSync(path, now);
    else expect(now).toBe(text);
  });
});
