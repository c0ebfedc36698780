import { closeSync, readSync, writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { temporaryFile } from '../../src/bytes/temporary-file.js';

it('a temporary file is read and written, and no other has its bytes', () => {
  const [fd, other] = [temporaryFile(), temporaryFile()];
  writeSync(fd, 'abc', 0);
  const into = Buffer.alloc(4);
  expect(readSync(fd, into, 0, 4, 0)).toBe(3);
  expect(into.toString('latin1', 0, 3)).toBe('abc');
  expect(readSync(other, into, 0, 4, 0)).toBe(0);
  closeSync(fd);
  closeSync(other);
});
