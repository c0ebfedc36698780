/** Unpacks the payloads of the zstd channels of a capture with the bare library, and does nothing else with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Decompress } from 'fzstd';

const HEADER = 320 + 8 * 128;
const folder = process.argv[2] ?? '.';
let total = 0;
for (const name of readdirSync(folder).filter((file) => file.startsWith('channel-'))) {
  const bytes = readFileSync(join(folder, name));
  const frame = new Decompress((out) => {
    total += out.length;
  });
  for (let at = 64; at < bytes.length;) {
    const pages = bytes.readUInt32BE(at + 16);
    const size = pages > 0 ? bytes.readUInt32BE(at + 20) : 0;
    at += HEADER;
    if (pages > 0) frame.push(bytes.subarray(at, at + size));
    at += size;
  }
}
console.log(total);
