/** Imports point one way: a room imports only itself and rooms before it in this list. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOMS = [
  'finding.ts',
  'qemu-texts.ts',
  'problems.ts',
  'bytes',
  'wire',
  'container',
  'vmstate',
  'stream',
  'model',
  'rules',
  'diff',
  'extract',
  'capture',
  'signatures',
  'read.ts',
  'read-capture.ts',
  'extract-capture.ts',
  'excerpts.ts',
  'validate.ts',
  'live-worker.ts',
  'compare-side.ts',
  'compare-worker.ts',
  'compare.ts',
  'report',
  'index.ts',
  'cli',
];

const SRC = join(import.meta.dirname, '../src');

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.d.ts'),
  );
}

function room(file: string): string {
  return file.split('/')[0]!;
}

describe('the rooms of src', () => {
  it('are all in the list', () => {
    expect([...new Set(files(SRC).map(room))].filter((name) => !ROOMS.includes(name))).toEqual([]);
  });

  it.each(files(SRC))('%s imports only rooms before its own', (file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    const imports = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g)].map((match) => match[1]!);
    const upwards = imports
      .map((path) => normalize(join(dirname(file), `${path}.ts`)))
      .filter((path) => ROOMS.indexOf(room(path)) > ROOMS.indexOf(room(file)));
    expect(upwards.map((path) => relative('.', path))).toEqual([]);
  });
});
