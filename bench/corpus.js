/**
 * Reads a folder of real captures and reports which of them migscope understands to the last byte.
 * Usage: node bench/corpus.js FOLDER [--jobs N] [--only TEXT]
 *
 * A capture is a folder NAME with main.bin, meta.json, channel-*.bin, cpr-channel.bin and the output of QEMU's analyze-migration
 * script (analyze.json, analyze-desc.json), or the same as NAME.tar.zst. Exit code 1 when one that its destination accepted is not
 * whole and fully explained (but for streams with neither footers nor a vmdesc, of which no sibling's helps: `open`), or when any output of `migscope analyze-migration` differs from the script's.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadVmdesc, sniff, summarize } from '../dist/index.js';

const MIGSCOPE = fileURLToPath(new URL('../bin/migscope.js', import.meta.url));
const ARCHIVE = '.tar.zst';
/** The end of a section cannot be told: neither footers nor a vmdesc. */
const NEEDS_VMDESC = 'MIG113';

/**
 * @typedef {'match' | 'differs' | 'fails' | 'script stopped' | 'no truth'} Comparison
 *
 * @typedef {object} Channel
 * @property {string} file
 * @property {string} role
 * @property {boolean} complete
 * @property {boolean} explained
 * @property {string[]} problems code and message
 * @property {string} [vmdesc] the sibling whose vmdesc was used
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string | null} outcome
 * @property {'accepted' | 'not accepted' | 'unknown'} fate
 * @property {boolean} complete
 * @property {boolean} explained
 * @property {string[]} problems
 * @property {string[]} notes
 * @property {Comparison} state
 * @property {Comparison} desc
 */

/** Hands the folder of a capture to `fn`; that of an archive is made for the call. @template T
 * @param {string} path @param {(folder: string) => Promise<T>} fn @returns {Promise<T>} */
async function withCapture(path, fn) {
  if (!path.endsWith(ARCHIVE)) return fn(path);
  const temporary = mkdtempSync(join(tmpdir(), 'migscope-corpus-'));
  try {
    const { status, stderr } = spawnSync('tar', ['-I', 'zstd', '-xf', path, '-C', temporary], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${path}: ${stderr}`);
    const inner = readdirSync(temporary).map((name) => join(temporary, name));
    return await fn(inner.find((folder) => existsSync(join(folder, 'main.bin'))) ?? temporary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** @param {string} file @returns {Buffer} */
function firstBytes(file) {
  const fd = openSync(file, 'r');
  const bytes = Buffer.alloc(64);
  const count = readSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
  return bytes.subarray(0, count);
}

/** @param {string} folder @returns {string[]} main.bin, and the other channels that can be read alone */
function channelsOf(folder) {
  const others = readdirSync(folder)
    .filter((file) => /^(channel-|cpr-channel).*\.bin$/.test(file) && !file.endsWith('.return.bin'))
    .filter((file) => {
      const found = sniff(firstBytes(join(folder, file)));
      return found && 'role' in found && ['main', 'recovery-main', 'cpr'].includes(found.role);
    });
  return ['main.bin', ...others.sort()];
}

/** @param {string} folder @param {string} file @param {string} [sibling] a stream to take the vmdesc from @returns {Promise<Channel>} */
async function read(folder, file, sibling) {
  try {
    const vmdesc = sibling === undefined ? {} : { vmdesc: await loadVmdesc(sibling) };
    const { role, complete, bytes, explainedBytes, problems } = await summarize(join(folder, file), vmdesc);
    return {
      file,
      role,
      complete,
      explained: explainedBytes === bytes,
      problems: problems.map(({ code, message }) => `${code} ${message}`),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { file, role: 'unread', complete: false, explained: false, problems: [message.replace(`${folder}/`, '')] };
  }
}

/** @param {string} folder @param {string} file @param {readonly string[]} siblings captures to borrow a vmdesc from @returns {Promise<Channel>} */
async function readWithHelp(folder, file, siblings) {
  const alone = await read(folder, file);
  if (!alone.problems.some((problem) => problem.startsWith(NEEDS_VMDESC))) return alone;
  for (const sibling of siblings) {
    const helped = await withCapture(sibling, (other) => read(folder, file, join(other, 'main.bin')));
    if (helped.complete && helped.explained) return { ...helped, vmdesc: basename(sibling, ARCHIVE) };
  }
  return alone;
}

/** @param {string} folder @param {string} truth @param {...string} args @returns {Comparison} */
function compare(folder, truth, ...args) {
  const expected = existsSync(join(folder, truth)) ? readFileSync(join(folder, truth)) : Buffer.alloc(0);
  if (expected.length === 0) return 'no truth';
  const argv = [MIGSCOPE, 'analyze-migration', '-f', join(folder, 'main.bin'), ...args];
  const { stdout, status } = spawnSync(process.execPath, argv, {
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (stdout.equals(expected)) return 'match';
  if (status !== 0) return 'fails';
  return scriptStopped(folder, expected) ? 'script stopped' : 'differs';
}

/**
 * The script takes the first zero byte that it meets between sections for the end. Where it has lost its place, as in a VFIO section, it ends
 * early and says nothing: its own reading of the vmdesc then has devices that its state lacks.
 *
 * @param {string} folder @param {Buffer} state
 */
function scriptStopped(folder, state) {
  const description = join(folder, 'analyze-desc.json');
  if (!existsSync(description)) return false;
  const { devices } = JSON.parse(readFileSync(description, 'utf8'));
  return Object.keys(JSON.parse(state.toString())).length < devices.length;
}

/**
 * What became of the stream: whether a destination took it, or for one that nobody loaded, whether its source finished.
 *
 * @param {any} meta the contents of meta.json @returns {Row['fate']}
 */
function fateOf(meta) {
  const outcome = meta.dst_outcome ?? undefined;
  const status = outcome ?? meta.src_query_migrate?.status;
  if (status === undefined) return 'unknown';
  return status === 'completed' || status.startsWith('loadvm ok') ? 'accepted' : 'not accepted';
}

/** @param {string} path @param {readonly string[]} siblings @returns {Promise<Row>} */
function examine(path, siblings) {
  return withCapture(path, async (folder) => {
    const metaFile = join(folder, 'meta.json');
    const meta = existsSync(metaFile) ? JSON.parse(readFileSync(metaFile, 'utf8')) : {};
    /** @type {Channel[]} */
    const channels = [];
    for (const file of channelsOf(folder)) channels.push(await readWithHelp(folder, file, siblings));
    const recovery = channels.filter(({ role }) => role === 'recovery-main');
    // A connection that was lost ends anywhere: the one that took it up last has to be whole.
    const judged =
      recovery.length === 0
        ? channels
        : channels.filter((channel) => channel === recovery.at(-1) || channel.role === 'cpr');
    const notes = channels.filter(({ vmdesc }) => vmdesc).map(({ file, vmdesc }) => `${file}: --vmdesc ${vmdesc}`);
    if (recovery.length > 0) notes.push(`taken up by ${recovery.map(({ file }) => file).join(', ')}`);
    return {
      name: basename(path, ARCHIVE),
      outcome: meta.dst_outcome ?? null,
      fate: fateOf(meta),
      complete: judged.every(({ complete }) => complete),
      explained: judged.every(({ explained }) => explained),
      problems: judged.flatMap(({ problems }) => problems),
      notes,
      state: compare(folder, 'analyze.json'),
      desc: compare(folder, 'analyze-desc.json', '-d', 'desc'),
    };
  });
}

/** @param {string} folder @returns {string[]} */
function findCaptures(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) =>
      entry.isDirectory() ? existsSync(join(folder, entry.name, 'main.bin')) : entry.name.endsWith(ARCHIVE),
    )
    .map(({ name }) => join(folder, name))
    .sort();
}

/** Captures of the same QEMU version and architecture. @param {string} path @param {readonly string[]} captures */
function siblingsOf(path, captures) {
  const [start] = /^[^-]+-[^-]+-/.exec(basename(path)) ?? [undefined];
  if (start === undefined) return [];
  return captures.filter((other) => other !== path && basename(other).startsWith(start));
}

/** @param {Row} row */
const isWhole = (row) => row.complete && row.explained;
/** @param {Row} row */
const differs = ({ state, desc }) => [state, desc].some((result) => result === 'differs' || result === 'fails');
/** @param {Row} row */
const unprovable = (row) => row.problems.length === 1 && row.problems[0].startsWith(NEEDS_VMDESC);
/** @param {Row} row */
const failed = (row) => (row.fate === 'accepted' && !isWhole(row) && !unprovable(row)) || differs(row);

/** @param {Row} row @returns {string} */
function line(row) {
  const cells = [
    (failed(row) ? 'FAIL' : row.fate === 'accepted' && !isWhole(row) ? 'open' : 'ok').padEnd(4),
    row.name.padEnd(54),
    (row.outcome ?? row.fate).slice(0, 20).padEnd(20),
    (row.complete ? 'complete' : 'incomplete').padEnd(10),
    (row.explained ? 'explained' : 'unexplained').padEnd(11),
    `state ${row.state}`.padEnd(14),
    `desc ${row.desc}`.padEnd(13),
    row.problems.length === 0 ? '' : `${row.problems.length} problems: ${row.problems[0]}`,
    ...row.notes.map((note) => `[${note}]`),
  ];
  return cells.join(' ').trimEnd();
}

/** @param {readonly Row[]} rows @returns {string} */
function totals(rows) {
  const count = (/** @type {(row: Row) => boolean} */ wanted) => rows.filter(wanted).length;
  const results = (/** @type {'state' | 'desc'} */ which) =>
    ['match', 'differs', 'fails', 'script stopped', 'no truth']
      .map((result) => `${count((row) => row[which] === result)} ${result}`)
      .join(', ');
  const fates = /** @type {const} */ (['accepted', 'not accepted', 'unknown']).map((fate) => {
    const these = rows.filter((row) => row.fate === fate);
    const whole = these.filter(isWhole).length;
    return `${fate}: ${these.length}, of which ${whole} complete and explained, ${these.length - whole} not`;
  });
  const borrowed = count(({ notes }) => notes.some((note) => note.includes('--vmdesc')));
  return [
    `${rows.length} captures; ${borrowed} with the vmdesc of a sibling`,
    ...fates,
    `accepted with problems: ${count(({ fate, problems }) => fate === 'accepted' && problems.length > 0)}`,
    `analyze-migration, state: ${results('state')}`,
    `analyze-migration, desc: ${results('desc')}`,
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
    console.error('usage: npm run corpus -- FOLDER [--jobs N] [--only TEXT]');
    process.exitCode = 2;
    return;
  }
  const captures = findCaptures(folder);
  const wanted = captures.filter((path) => basename(path).includes(values.only));
  /** @type {Row[]} */
  const rows = [];
  let next = 0;
  const work = () =>
    /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { captures } });
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
  parentPort?.on('message', async (/** @type {string | undefined} */ path) => {
    if (path === undefined) process.exit();
    parentPort?.postMessage(await examine(path, siblingsOf(path, workerData.captures)));
  });
}
