/** For `node --import`: writes the peak resident size in KiB to descriptor 3 when the program ends. */
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) process.on('exit', () => writeSync(3, `${process.resourceUsage().maxRSS}\n`));
