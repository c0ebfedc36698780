/**
 * For `node --import`: writes the peak resident size in KiB to descriptor 3 when the program ends.
 *
 * Where Linux tells it, it is the peak of this program. What getrusage(2) says there is also that of the process that started it: it
 * survives exec(2).
 */
import { readFileSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

function peak() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

if (isMainThread) process.on('exit', () => writeSync(3, `${peak()}\n`));
