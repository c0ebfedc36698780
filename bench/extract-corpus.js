/**
 * Extracts every capture of a folder and compares what comes out with what is known of it.
 * Usage: node bench/extract-corpus.js FOLDER [--jobs N] [--only TEXT]
 *
 * A capture is a folder NAME with main.bin, its other channels, and meta.json. The main RAM block has to have the SHA-256 that meta.json has of it (`dst_ram`, or
 * `src_ram_sha256`: what the destination, or else the source, held). The state of each VFIO device has to end in its line `END total <hex> fnv1a64 <hex>` over
 * all that comes before. Exit code 1 when one differs that migscope does not itself call untrustworthy.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { extractCapture } from '../dist/index.js';

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {'match' | 'differs' | 'no truth' | 'fails'} ram
 * @property {number} [parts] MiB that differ
 * @property {number} devices
 * @property {string[]} broken devices whose state is not whole
 * @property {boolean} trustworthy
 * @property {string[]} reasons
 */

/** FNV-1a of 64 bits, in two halves. @param {Uint8Array} bytes @returns {string} */
function fnv1a64(bytes) {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of bytes) {
    low = (low ^ byte) >>> 0;
    // The prime is 2^40 + 0x1b3.
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 2 ** 32) + ((low << 8) >>> 0)) % 2 ** 32;
    low = product % 2 ** 32;
  }
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}

/** @param {Buffer} state @returns {string | undefined} what is wrong with the state of a device */
function deviceFault(state) {
  const at = state.lastIndexOf('vfio-dev ');
  const line =
    at < 0 ? null : /^vfio-dev \d+ END total ([0-9a-f]+) fnv1a64 ([0-9a-f]+)\s*$/.exec(state.toString('latin1', at));
  if (!line) return 'no END line';
  if (parseInt(line[1], 16) !== at) return `END says ${parseInt(line[1], 16)} bytes, there are ${at}`;
  const hash = fnv1a64(state.subarray(0, at));
  return hash === line[2].padStart(16, '0') ? undefined : 'another fnv1a64';
}

/** @param {string} file @param {readonly string[]} hashes SHA-256 of each MiB @returns {number} how many MiB differ */
function differingParts(file, hashes) {
  const bytes = readFileSync(file);
  return hashes.filter(
    (hash, i) =>
      hash !==
      createHash('sha256')
        .update(bytes.subarray(i << 20, (i + 1) << 20))
        .digest('hex'),
  ).length;
}

/** @param {string} folder @returns {Promise<Row>} */
async function examine(folder) {
  const out = mkdtempSync(join(tmpdir(), 'migscope-extract-'));
  const name = basename(folder);
  try {
    const meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
    const manifest = await extractCapture(folder, { directory: out, sections: true });
    const truth = meta.dst_ram?.sha256 ?? meta.src_ram_sha256;
    const block = meta.dst_ram
      ? manifest.blocks.find((one) => one.name === meta.dst_ram.block)
      : manifest.blocks.toSorted((a, b) => b.usedLength - a.usedLength)[0];
    const devices = manifest.devices ?? [];
    const broken = devices.flatMap(({ idstr, file, size, packets, config }) => {
      // A device without state has only its configuration.
      if (size === 0 && packets === 0 && config) return [];
      const fault = deviceFault(readFileSync(join(out, file)));
      return fault ? [`${idstr}: ${fault}`] : [];
    });
    const { trustworthy, reasons } = manifest;
    const file = block?.file;
    const per = meta.dst_ram?.sha256_per_MiB;
    const parts = file !== undefined && per ? differingParts(join(out, file), per) : undefined;
    const ram = truth === undefined ? 'no truth' : block?.sha256 === truth ? 'match' : 'differs';
    return { name, ram, parts, devices: devices.length, broken, trustworthy, reasons: [...reasons] };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, ram: 'fails', devices: 0, broken: [], trustworthy: false, reasons: [reason] };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** @param {Row} row */
const wrong = (row) => row.ram === 'fails' || row.ram === 'differs' || row.broken.length > 0;
/** Under KVM the destination itself changes one page while it loads. @param {Row} row */
const byKvm = (row) => row.name.includes('-kvm') && row.parts === 1 && row.broken.length === 0;
/** @param {Row} row */
const failed = (row) => row.ram === 'fails' || (wrong(row) && row.trustworthy && !byKvm(row));

/** @param {Row} row @returns {string} */
function line(row) {
  const cells = [
    (failed(row) ? 'FAIL' : wrong(row) ? 'told' : 'ok').padEnd(4),
    row.name.padEnd(56),
    `ram ${row.ram}${row.ram === 'differs' && row.parts ? ` in ${row.parts} MiB` : ''}`.padEnd(13),
    (row.devices === 0 ? '' : `devices ${row.devices - row.broken.length}/${row.devices}`).padEnd(12),
    row.trustworthy ? '' : `not trustworthy: ${row.reasons[0]}`,
    ...row.broken.map((fault) => `[${fault}]`),
  ];
  return cells.join(' ').trimEnd();
}

/** @param {readonly Row[]} rows @returns {string} */
function totals(rows) {
  const count = (/** @type {(row: Row) => boolean} */ wanted) => rows.filter(wanted).length;
  const sum = (/** @type {(row: Row) => number} */ of) => rows.reduce((all, row) => all + of(row), 0);
  const ram = ['match', 'differs', 'no truth', 'fails'].map((which) => `${count((row) => row.ram === which)} ${which}`);
  const devices = sum((row) => row.devices);
  return [
    `${rows.length} captures; RAM: ${ram.join(', ')}`,
    `VFIO devices: ${devices}, of which ${devices - sum((row) => row.broken.length)} whole`,
    `trustworthy: ${count((row) => row.trustworthy)}; with RAM that differs: ${count((row) => row.trustworthy && row.ram === 'differs')}`,
    `not trustworthy, RAM matches all the same: ${count((row) => !row.trustworthy && row.ram === 'match')}`,
  ].join('\n');
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      jobs: { type: 'string', default: String(availableParallelism()) },
      only: { type: 'string', default: '' },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error('usage: npm run corpus:extract -- FOLDER [--jobs N] [--only TEXT]');
    process.exitCode = 2;
    return;
  }
  const wanted = readdirSync(folder)
    .filter((name) => name.includes(values.only) && existsSync(join(folder, name, 'meta.json')))
    .sort()
    .map((name) => join(folder, name));
  /** @type {Row[]} */
  const rows = [];
  let next = 0;
  const work = () =>
    /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url));
        const give = () => worker.postMessage(wanted[next++]);
        worker.on('message', (/** @type {Row} */ row) => {
          rows.push(row);
          console.log(line(row));
          give();
        });
        worker.on('error', reject);
        worker.on('exit', () => resolve());
        give();
      })
    );
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, work));
  console.log(`\n${totals(rows)}`);
  if (rows.length === 0 || rows.some(failed)) process.exitCode = 1;
}

if (isMainThread) await main();
else {
  parentPort?.on('message', async (/** @type {string | undefined} */ folder) => {
    if (folder === undefined) process.exit();
    parentPort?.postMessage(await examine(folder));
  });
}
