import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { OutputDirectory } from '../../src/bytes/output-directory.js';
import { SafeNames } from '../../src/extract/safe-name.js';
import { SectionStore } from '../../src/extract/section-store.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-sections-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('writes each section to a file of its own, and the last of those that come again', () => {
  const store = new SectionStore(new OutputDirectory(folder), new SafeNames([]));
  const section = (idstr: string, instance: number, text: string): void =>
    store.event({ kind: 'device-state', offset: 0, id: 1, idstr, instance, version: 3, payload: Buffer.from(text) });
  section('serial', 0, 'one');
  section('serial', 1, 'two');
  section('serial', 0, 'three');
  section('../../etc/passwd', 0, 'inside');
  const stored = store.stored();
  expect(stored.map(({ idstr, instance, version, times }) => [idstr, instance, version, times])).toEqual([
    ['serial', 0, 3, 2],
    ['serial', 1, 3, 1],
    ['../../etc/passwd', 0, 3, 1],
  ]);
  expect(stored.map(({ file }) => readFileSync(join(folder, file), 'utf8'))).toEqual(['three', 'two', 'inside']);
  expect(store.exceeded).toBe(false);
});
