/** For `node --import`: writes the peak resident size in KiB to descriptor 3 when the program ends. */
import { writeSync } from 'node:fs';

process.on('exit', () => writeSync(3, `${process.resourceUsage().maxRSS}\n`));
