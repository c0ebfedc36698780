/**
 * Opens what the captures of a folder come wrapped in, and compares it with the plain stream beside it.
 * Usage: node bench/containers-corpus.js FOLDER [--only TEXT]
 *
 * A capture is a folder NAME with save.img (libvirt) or *.qcow2 (internal snapshots), main.bin, and meta.json. The stream that comes out has to be
 * main.bin byte for byte and whole, and the main RAM block the one that the destination held (`dst_ram` in meta.json), or else the one in
 * main.bin. Exit code 1 when one is not.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { extractCapture, openChannel, summarize } from '../dist/index.js';

/** @param {string} path @param {string} plain @returns {Promise<string>} what is different; empty for nothing */
async function compareBytes(path, plain) {
  const open = await openChannel(path);
  const fd = openSync(plain, 'r');
  try {
    const { cursor } = open;
    const other = Buffer.alloc(8 << 20);
    while (await cursor.fill(1)) {
      const part = cursor.buffer.subarray(cursor.position, cursor.limit);
      const got = readSync(fd, other, 0, part.length, cursor.offset);
      if (!part.equals(other.subarray(0, got))) return `differs from main.bin behind 0x${cursor.offset.toString(16)}`;
      cursor.position = cursor.limit;
    }
    const { size } = fstatSync(fd);
    return cursor.offset === size ? '' : `${cursor.offset} bytes, main.bin has ${size}`;
  } finally {
    closeSync(fd);
    open.close();
  }
}

/** @param {string} path @param {string} [block] @returns {Promise<string | undefined>} SHA-256 of a RAM block, or of the largest one */
async function ramOf(path, block) {
  const out = mkdtempSync(join(tmpdir(), 'migscope-containers-'));
  try {
    const { blocks } = await extractCapture(path, { directory: out });
    const [largest] = blocks.toSorted((a, b) => b.usedLength - a.usedLength);
    const found = block === undefined ? largest : blocks.find(({ name }) => name === block);
    if (found?.file === undefined) return undefined;
    return createHash('sha256')
      .update(readFileSync(join(out, found.file)))
      .digest('hex');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {string} file @returns {Promise<{ faults: string[], ram: string, layers: readonly string[] }>} */
async function examine(folder, file) {
  const path = join(folder, file);
  const plain = join(folder, 'main.bin');
  const metaFile = join(folder, 'meta.json');
  const truth = existsSync(metaFile) ? JSON.parse(readFileSync(metaFile, 'utf8')).dst_ram : undefined;
  const { complete, bytes, explainedBytes, problems, layers } = await summarize(path);
  const ram = await ramOf(path, truth?.block);
  const expected = truth?.sha256 ?? (await ramOf(plain));
  const faults = [
    await compareBytes(path, plain),
    complete ? '' : 'not whole',
    explainedBytes === bytes ? '' : `${bytes - explainedBytes} bytes not explained`,
    ram !== undefined && ram === expected ? '' : 'RAM differs',
    ...problems.map(({ code, message }) => `${code} ${message}`),
  ].filter((fault) => fault !== '');
  return { faults, ram: truth ? 'as in the destination' : 'as in main.bin', layers };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
});
const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: npm run corpus:containers -- FOLDER [--only TEXT]');
  process.exit(2);
}
let good = 0;
let bad = 0;
for (const name of readdirSync(folder).sort()) {
  const capture = join(folder, name);
  if (!name.includes(values.only) || !existsSync(join(capture, 'main.bin'))) continue;
  for (const file of readdirSync(capture).filter((one) => one === 'save.img' || one.endsWith('.qcow2'))) {
    const { faults, ram, layers } = await examine(capture, file);
    if (faults.length === 0) good++;
    else bad++;
    const result = faults.length === 0 ? `ok    RAM ${ram}` : `FAIL  ${faults.join('; ')}`;
    console.log(`${name.padEnd(40)} ${file.padEnd(12)} ${result.padEnd(28)}  ${layers.join(' > ')}`);
  }
}
console.log(`\n${good + bad} wrapped streams, ${good} of them equal to the plain stream, in RAM too`);
if (good + bad === 0 || bad > 0) process.exitCode = 1;
