/**
 * Compares what comes out of packet captures with what a recorder wrote of the same migrations: byte for byte.
 *
 *     npm run corpus:pcap -- FOLDER [--only TEXT]
 *
 * FOLDER has a folder for each migration, with `capture.pcap` (or `*.pcapng`) and the recorder's `main.bin`, `channel-*.bin` and `*return*.bin`. A channel of a packet capture is
 * compared with the file of the recorder that has the same bytes; each must have one.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCapture } from '../dist/index.js';

/** @param {import('../dist/bytes/source.js').ByteSource} source */
async function hashOf(source) {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(1 << 20);
  source.seek?.(0);
  for (let got; (got = await source.read(chunk)) > 0;) hash.update(chunk.subarray(0, got));
  source.close();
  return hash.digest('hex');
}

/** @param {string} folder @param {string} pcap */
async function compare(folder, pcap) {
  const files = readdirSync(folder).filter((file) => /^(main|channel-\d+(\.return)?|return-path)\.bin$/.test(file));
  const recorded = new Map(
    files.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ]),
  );
  const capture = await openCapture(join(folder, pcap));
  const problems = capture.notes.map(({ message }) => message);
  let bytes = 0;
  let same = 0;
  for (const channel of capture.channels) {
    const hash = await hashOf(/** @type {any} */ ((await channel.open?.({}))?.cursor.source));
    bytes += channel.bytes;
    const file = [...recorded].find(([, other]) => other === hash)?.[0];
    if (file === undefined) problems.push(`${channel.name} is in no file of the recorder`);
    else {
      recorded.delete(file);
      same++;
    }
  }
  capture.close?.();
  for (const file of recorded.keys()) problems.push(`${file} is in no channel of the packet capture`);
  return { channels: capture.channels.length, same, bytes, problems };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string', default: '' } },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error('usage: npm run corpus:pcap -- FOLDER [--only TEXT]');
    process.exitCode = 2;
    return;
  }
  let count = 0;
  for (const name of readdirSync(folder).sort()) {
    if (!name.includes(values.only)) continue;
    const inner = join(folder, name);
    /** @type {string[]} */
    let pcaps = [];
    try {
      pcaps = readdirSync(inner).filter((file) => /\.pcap(ng)?$/.test(file));
    } catch {
      continue;
    }
    for (const pcap of pcaps) {
      const { channels, same, bytes, problems } = await compare(inner, pcap);
      count++;
      if (problems.length > 0) process.exitCode = 1;
      const verdict = problems.length > 0 ? 'FAIL' : 'ok';
      console.log(
        `${verdict.padEnd(4)} ${basename(inner).padEnd(40)} ${same} of ${channels} channels equal, ${bytes} bytes ${problems.join('; ')}`.trimEnd(),
      );
    }
  }
  console.log(`\n${count} packet captures`);
  if (count === 0) process.exitCode = 1;
}

await main();
