/**
 * Validates every capture of a folder and compares the verdict with what became of the migration.
 * Usage: node bench/validate-corpus.js FOLDER [--dumps FOLDER] [--jobs N] [--only TEXT] [--verbose]
 *
 * A capture is a folder NAME with main.bin, its other channels, and meta.json. One that its destination accepted must have nothing above
 * info (`alarm`). One that failed, and left a stream that is not whole, must have an error (`miss`); where the stream is whole, the fault lies with the destination or
 * its settings, and the verdict is shown (`whole`). A stream with neither footers nor a vmdesc is read with the vmdesc of a
 * sibling, a capture of the same version and architecture, where one fits. Exit code 1 on any alarm or miss.
 *
 * Where the destination's standard error is in the capture (dst.stderr), the first error is held against it: it `quotes` what the destination printed, or
 * has `other` words. With --dumps, files RELEASE-ARCH-MACHINE.json as `-dump-vmstate` writes them, each capture is judged for what its destination declares.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { loadVmdesc, parseVmstateDump, validate } from '../dist/index.js';
import { printfPattern } from '../dist/report/printf-pattern.js';

/** The end of a section cannot be told: neither footers nor a vmdesc. */
const NEEDS_VMDESC = 'MIG113';
const VMDESC_CUT = 'MIG203';

/**
 * @typedef {import('../dist/index.js').Finding} Finding
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} outcome
 * @property {'accepted' | 'failed' | 'unknown'} fate
 * @property {boolean} complete
 * @property {string[]} loud findings at warning or error
 * @property {string[]} quiet findings at info
 * @property {boolean} error
 * @property {string} note
 * @property {'quotes' | 'other' | undefined} words of the first error, beside those of the destination
 * @property {string} [failure] why it could not be read
 */

/**
 * What became of the stream: whether a destination took it, or for one that nobody loaded, whether its source finished.
 *
 * @param {any} meta the contents of meta.json @returns {Row['fate']}
 */
function fateOf(meta) {
  const status = meta.dst_outcome ?? meta.src_query_migrate?.status;
  if (status === undefined) return 'unknown';
  return status === 'completed' || status.startsWith('loadvm ok') ? 'accepted' : 'failed';
}

/** @param {Finding} finding */
const brief = ({ code, rule, severity, channel, offset, message, related }) =>
  `${severity} ${code} ${rule} ${basename(channel)}@0x${offset.toString(16)}: ${message}` +
  (related.length > 0 ? ` (+${related.length})` : '');

/** What destinations say behind the cause, whatever it is. */
const WRAPPER = /load of migration failed: [^:]*$|terminating on signal/;

/** @param {string} folder @param {readonly Finding[]} findings @returns {Row['words']} */
function wordsOf(folder, findings) {
  const file = join(folder, 'dst.stderr');
  const first = findings.find(({ severity }) => severity === 'error');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  if (first === undefined || !lines.some((line) => line !== '' && !WRAPPER.test(line))) return undefined;
  const pattern = printfPattern(first.qemu?.text ?? '');
  return lines.some((line) => pattern?.test(line)) ? 'quotes' : 'other';
}

/**
 * What the destination of a capture declares, from a dump of its release and architecture: a dump has all devices of a build.
 *
 * @param {string} name @param {string | undefined} folder
 */
function targetOf(name, folder) {
  const [, release = '', arch = ''] = /^([\d.]+)-([^-]+)-/.exec(name) ?? [];
  const to = /-to([\d.]+)-/.exec(name)?.[1] ?? release;
  const file = folder === undefined ? undefined : readdirSync(folder).find((f) => f.startsWith(`${to}-${arch}-`));
  return file === undefined ? {} : { vmstate: parseVmstateDump(readFileSync(join(folder ?? '', file), 'utf8')) };
}

/** @param {string} folder @param {readonly string[]} siblings @param {string} [dumps] @returns {Promise<Row>} */
async function examine(folder, siblings, dumps) {
  const metaFile = join(folder, 'meta.json');
  const meta = existsSync(metaFile) ? JSON.parse(readFileSync(metaFile, 'utf8')) : {};
  const row = { name: basename(folder), outcome: meta.dst_outcome ?? 'no destination', fate: fateOf(meta) };
  try {
    const target = row.fate === 'accepted' ? targetOf(row.name, dumps) : {};
    let verdict = await validate(folder, { target });
    let note = 'vmstate' in target ? 'dump' : '';
    if (verdict.findings.some(({ code }) => code === NEEDS_VMDESC)) {
      for (const sibling of siblings) {
        const vmdesc = await loadVmdesc(join(sibling, 'main.bin')).catch(() => undefined);
        const helped = vmdesc && (await validate(folder, { vmdesc, target }));
        if (
          !helped?.summary.channels.every(({ complete, bytes, explainedBytes }) => complete && bytes === explainedBytes)
        )
          continue;
        verdict = helped;
        note = `--vmdesc ${basename(sibling)}`;
        break;
      }
    }
    const { findings, complete } = verdict;
    return {
      ...row,
      complete,
      loud: findings.filter(({ severity }) => severity !== 'info').map(brief),
      quiet: findings.filter(({ severity }) => severity === 'info').map(brief),
      error: findings.some(({ severity }) => severity === 'error'),
      note,
      words: wordsOf(folder, findings),
    };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { ...row, complete: false, loud: [], quiet: [], error: false, note: '', words: undefined, failure };
  }
}

/** @param {Row} row @returns {'ok' | 'alarm' | 'miss' | 'whole' | 'crash'} */
function verdictOf({ fate, complete, loud, error, failure }) {
  if (failure !== undefined) return 'crash';
  if (fate === 'failed' && error) return 'ok';
  // A destination that gives up while it drains the vmdesc has had everything else.
  if (fate === 'failed' && !complete && !loud.some((finding) => finding.includes(VMDESC_CUT))) return 'miss';
  // Nobody loaded it: a whole one is taken for good.
  if ((fate === 'accepted' || (fate === 'unknown' && complete)) && loud.length > 0) return 'alarm';
  return fate === 'failed' ? 'whole' : 'ok';
}

/** @param {Row} row @param {boolean} verbose */
function line(row, verbose) {
  const { name, outcome, complete, loud, quiet, note, words, failure } = row;
  const cells = [
    verdictOf(row).padEnd(5),
    name.padEnd(54),
    outcome.slice(0, 20).padEnd(20),
    complete ? 'complete  ' : 'incomplete',
    `${loud.length} loud, ${quiet.length} quiet`,
    note && `[${note}]`,
    words ?? '',
    failure ?? '',
  ];
  const details = verbose || verdictOf(row) !== 'ok' || row.fate === 'failed' ? [...loud, ...quiet] : quiet;
  return [cells.join(' ').trimEnd(), ...details.slice(0, 12).map((detail) => `        ${detail}`)].join('\n');
}

/** @param {string} path @param {readonly string[]} captures */
function siblingsOf(path, captures) {
  const [start] = /^[^-]+-[^-]+-/.exec(basename(path)) ?? [undefined];
  return start === undefined ? [] : captures.filter((other) => other !== path && basename(other).startsWith(start));
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dumps: { type: 'string' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      only: { type: 'string', default: '' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error('usage: npm run corpus:validate -- FOLDER [--dumps FOLDER] [--jobs N] [--only TEXT] [--verbose]');
    process.exitCode = 2;
    return;
  }
  const captures = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => existsSync(join(path, 'main.bin')))
    .sort();
  const wanted = captures.filter((path) => basename(path).includes(values.only));
  /** @type {Row[]} */
  const rows = [];
  let next = 0;
  const work = () =>
    /** @type {Promise<void>} */ (
      new Promise((resolve, reject) => {
        const worker = new Worker(new URL(import.meta.url), { workerData: { captures, dumps: values.dumps } });
        const give = () => worker.postMessage(wanted[next++]);
        worker.on('message', (/** @type {Row} */ row) => {
          rows.push(row);
          console.log(line(row, values.verbose));
          give();
        });
        worker.on('error', reject);
        worker.on('exit', () => resolve());
        give();
      })
    );
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, work));
  const by = (/** @type {string} */ verdict) => rows.filter((row) => verdictOf(row) === verdict);
  const verdicts = ['ok', 'alarm', 'miss', 'crash', 'whole'];
  console.log(`\n${rows.length} captures: ${verdicts.map((verdict) => `${by(verdict).length} ${verdict}`).join(', ')}`);
  const said = (/** @type {Row['words']} */ words) => rows.filter((row) => row.words === words);
  console.log(
    `the first error ${said('quotes').length} times quotes what the destination printed, ${said('other').length} times not`,
  );
  const wrong = [...by('alarm'), ...by('miss'), ...by('crash')];
  for (const row of wrong) console.log(`disagrees: ${verdictOf(row)} ${row.name}`);
  if (rows.length === 0 || wrong.length > 0) process.exitCode = 1;
}

if (isMainThread) await main();
else {
  parentPort?.on('message', async (/** @type {string | undefined} */ path) => {
    if (path === undefined) process.exit();
    parentPort?.postMessage(await examine(path, siblingsOf(path, workerData.captures), workerData.dumps));
  });
}
