/** Reads a file, or standard input, from front to back into one reused buffer, and does nothing with it. */
import { openSync, readSync } from 'node:fs';

const fd = process.argv[2] === undefined ? 0 : openSync(process.argv[2], 'r');
const buffer = Buffer.alloc(1 << 20);
let total = 0;
for (;;) {
  let count = 0;
  try {
    count = readSync(fd, buffer, 0, buffer.length, null);
  } catch (error) {
    if (error.code === 'EAGAIN') continue;
    throw error;
  }
  if (count === 0) break;
  total += count;
}
console.log(total);
