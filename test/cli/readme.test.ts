/** The examples of the README print what it says they print. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, run } from './run.js';

const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Blocks that begin with a prompt and a command of ours; a line of three dots stands for what is left out. */
const examples = [...text.matchAll(/```console\n\$ (migscope [^\n]*)\n([\s\S]*?)```/g)].map((match) => ({
  command: match[1]!,
  printed: match[2]!,
}));

describe('README', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThanOrEqual(2);
  });

  it.each(examples)('$command', ({ command, printed }) => {
    const { output } = run(command);
    let rest = output;
    for (const part of printed.split(/^…\n/m)) {
      const at = rest.indexOf(part);
      expect(at, `${part}\nin\n${rest.slice(0, 2000)}`).toBeGreaterThanOrEqual(0);
      rest = rest.slice(at + part.length);
    }
  });
});
