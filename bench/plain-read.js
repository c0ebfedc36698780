/** Reads files, or standard input, from front to back into one reused buffer, and does nothing with them. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readBuffer } from '../dist/bytes/read-buffer.js';

const files = process.argv
  .slice(2)
  .flatMap((path) => (statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]));
// As fast as reading is: what the address of the buffer can cost is said there.
const buffer = readBuffer(1 << 20);
let total = 0;
if (files.length === 0) read(0);
for (const file of files) {
  const fd = openSync(file, 'r');
  read(fd);
  closeSync(fd);
}
console.log(total);

/** @param {number} fd */
function read(fd) {
  for (;;) {
    let count = 0;
    try {
      count = readSync(fd, buffer, 0, buffer.length, null);
    } catch (error) {
      if (error.code === 'EAGAIN') continue;
      throw error;
    }
    if (count === 0) return;
    total += count;
  }
}
