/** Inflates the payloads of the zlib channels of a capture with the bare library, and does nothing else with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, inflateRawSync } from 'node:zlib';

const HEADER = 320 + 8 * 128;
const folder = process.argv[2] ?? '.';
let total = 0;
for (const name of readdirSync(folder).filter((file) => file.startsWith('channel-'))) {
  const bytes = readFileSync(join(folder, name));
  let history = Buffer.alloc(0);
  for (let at = 64; at < bytes.length;) {
    const pages = bytes.readUInt32BE(at + 16);
    const size = pages > 0 ? bytes.readUInt32BE(at + 20) : 0;
    at += HEADER;
    if (pages > 0) {
      const body = bytes.subarray(at + (history.length === 0 ? 2 : 0), at + size);
      const out = inflateRawSync(body, {
        finishFlush: constants.Z_SYNC_FLUSH,
        ...(history.length > 0 && { dictionary: history }),
      });
      total += out.length;
      history = out.subarray(-32768);
    }
    at += size;
  }
}
console.log(total);
