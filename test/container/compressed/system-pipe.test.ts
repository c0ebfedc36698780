import { closeSync, readSync, writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { systemPipe } from '../../../src/container/compressed/system-pipe.js';

it('a pipe of the system gives what was put in, and ends with its last writer', () => {
  const pipe = systemPipe();
  expect(pipe).toBeDefined();
  const { readEnd, writeEnd } = pipe!;
  writeSync(writeEnd, 'through');
  const into = Buffer.alloc(100);
  expect(into.toString('latin1', 0, readSync(readEnd, into, 0, 100, null))).toBe('through');
  closeSync(writeEnd);
  expect(readSync(readEnd, into, 0, 100, null)).toBe(0);
  closeSync(readEnd);
});
