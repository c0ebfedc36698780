import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { splitPath } from '../../src/container/split-path.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
for (const name of ['vm', 'vm#1', 'vm#1#a']) writeFileSync(at(name), '');

describe('splitPath', () => {
  it.each([
    [at('vm'), at('vm'), undefined],
    [at('vm#1'), at('vm#1'), undefined],
    [at('vm#2'), at('vm'), '2'],
    [at('vm#'), at('vm'), ''],
    [at('vm#1#b'), at('vm#1'), 'b'],
    [at('vm#1#a#b'), at('vm#1#a'), 'b'],
    [at('vm#x#y'), at('vm'), 'x#y'],
    [at('none#x'), at('none#x'), undefined],
    ['-', '-', undefined],
    ['-#snap', '-', 'snap'],
  ])('%s', (path, file, part) => {
    expect(splitPath(path)).toEqual(part === undefined ? { file } : { file, part });
  });
});
