/** The bundle as the build left it. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/cli/load-bundle.js';
import { ROOT } from './run.js';

const BUNDLE = pathToFileURL(`${join(ROOT, 'dist/bundle')}/`);

describe('loadBundle', () => {
  it('takes the code that was compiled when it was built', () => {
    expect(loadBundle(BUNDLE).script.cachedDataRejected).toBe(false);
  });

  it('has every thread that is started from within it', () => {
    const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
    const started = files
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...readFileSync(join(ROOT, 'src', name), 'utf8').matchAll(/new URL\('\.\/([\w-]+)\.js'/g)])
      .map((match) => match[1]);
    expect(started.sort()).toEqual([...loadBundle(BUNDLE).contents.WORKER_NAMES].sort());
  });

  it.each([
    ['is not there', (folder: string) => rmSync(join(folder, 'migscope.cache')), undefined],
    ['is of something else', (folder: string) => writeFileSync(join(folder, 'migscope.cache'), 'no code'), true],
  ])('runs where that code %s', (_, change, rejected) => {
    const folder = mkdtempSync(join(tmpdir(), 'migscope-bundle-'));
    try {
      cpSync(BUNDLE, folder, { recursive: true });
      change(folder);
      const { contents, script } = loadBundle(pathToFileURL(`${folder}/`));
      expect(script.cachedDataRejected).toBe(rejected);
      expect(contents.WORKER_NAMES).toContain('validate-worker');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
