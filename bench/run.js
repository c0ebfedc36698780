/**
 * Measures migscope against its peers and prints one table.
 * Usage: node bench/run.js [--size GIB] [--only NAME] [--pairs N] [--script PATH/analyze-migration.py]
 *
 * Times of one machine say little and those of a busy one less: every row is a ratio of two commands that ran in turns, taken
 * on the time that grows with the file (the large stream less a small one), as median and range over the pairs.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeCaptures } from './make-captures.js';
import { makeDevices } from './make-devices.js';
import { makeStreams } from './make-streams.js';
import { makeWrapped } from './make-wrapped.js';

/** @param {string} name @returns {string} */
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const NODE = process.execPath;
const MIGSCOPE = here('../bin/migscope.js');
const PLAIN = here('plain-read.js');
const EMPTY = here('empty.js');
const STEP_OVER = here('step-over.py');
const MAX_RSS = new URL('max-rss.js', import.meta.url).href;
const CPU_TIME = new URL('cpu-time.js', import.meta.url).href;

const { values: options } = parseArgs({
  options: {
    size: { type: 'string', default: '4' },
    only: { type: 'string' },
    pairs: { type: 'string', default: '5' },
    script: { type: 'string' },
  },
});
const PAIRS = Math.max(5, Number(options.pairs));

/** @typedef {readonly string[]} Argv */
/** @typedef {(file: string) => Argv} Command what to run on a file */

/** @type {Command} */
const info = (file) => [NODE, MIGSCOPE, 'info', file];
/** @type {Command} */
const validate = (file) => [NODE, MIGSCOPE, 'validate', file];
/** @type {Command} */
const dumpPages = (file) => [NODE, MIGSCOPE, 'dump', '--format', 'jsonl', '--pages', file];
/** @type {Command} */
const diff = (file) => [NODE, MIGSCOPE, 'diff', file, file];
/** @type {Command} */
const plainReadTwice = (file) => [NODE, PLAIN, file, file];
/** @type {Command} */
const plainRead = (file) => [NODE, PLAIN, file];
/** @param {string} folder @param {...string} how @returns {Command} */
const extractTo =
  (folder, ...how) =>
  (file) => [NODE, MIGSCOPE, 'extract', file, '--out', folder, ...how];
/** @param {string} script @param {string} folder @returns {Command} QEMU's script, which writes where it runs */
const scriptTo = (script, folder) => (file) =>
  shell('mkdir "$1"; cd "$1"; exec python3 "$2" -f "$3" -x', folder, resolve(script), file);
/** @param {string} from @param {string} to @returns {Argv} */
const copy = (from, to) => ['cp', '-r', '--reflink=never', join(from, 'ram'), to];
/** @type {Command} */
const inflate = (folder) => [NODE, here('inflate.js'), folder];
/** @type {Command} */
const unzstd = (folder) => [NODE, here('unzstd.js'), folder];
/** @type {Command} */
const catCount = (file) => shell('cat "$1" | wc -c', file);
/** @type {Command} */
const stepOver = (file) => ['python3', STEP_OVER, file];
/** @type {Command} */
const catInfo = (file) => shell('file=$1; shift; cat "$file" | "$@"', file, NODE, MIGSCOPE, 'info', '-');
/** @type {Command} */
const catPlain = (file) => shell('file=$1; shift; cat "$file" | "$@"', file, NODE, PLAIN);

/** @param {string} program @returns {Command} what users did before: the program that unpacks, into a pipe */
const unpackInfo = (program) => (file) =>
  shell('program=$1; file=$2; shift 2; "$program" -dc "$file" | "$@"', program, file, NODE, MIGSCOPE, 'info', '-');

/** @param {string} script @param {...string} args @returns {Argv} */
function shell(script, ...args) {
  return ['sh', '-c', script, 'sh', ...args];
}

const nowhere = openSync('/dev/null', 'w');

/** @param {Argv} argv @returns {number} seconds */
function time([program, ...args]) {
  const begin = process.hrtime.bigint();
  const { status, error, stderr } = spawnSync(program, args, { stdio: ['ignore', nowhere, 'pipe'] });
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (error || status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return seconds;
}

/** @param {Argv} argv a command of this runtime @returns {number} seconds of processor time, of all threads */
function cpuTime([program, ...args]) {
  const stdio = ['ignore', nowhere, 'inherit', 'pipe'];
  const { output, status } = spawnSync(program, ['--import', CPU_TIME, ...args], { stdio });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${status}`);
  return Number(String(output[3])) / 1e6;
}

/** @param {readonly number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs commands in turns, forwards and backwards, so that none always comes first and a busy moment hits all of them.
 *
 * @template {string} Name @param {Record<Name, Argv>} commands @param {(argv: Argv) => number} measure
 * @returns {Record<Name, number[]>} seconds, round by round
 */
function inTurns(commands, measure = time) {
  const names = /** @type {Name[]} */ (Object.keys(commands));
  const times = /** @type {Record<Name, number[]>} */ (Object.fromEntries(names.map((name) => [name, []])));
  for (const name of names) measure(commands[name]);
  for (let round = 0; round < PAIRS; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) times[name].push(measure(commands[name]));
  }
  return times;
}

/** What is extracted, and how. */
const EXTRACTIONS = /** @type {const} */ ([
  ['stopped', []],
  ['mixed', []],
  ['mixed', ['--no-sha256']],
]);

/** @typedef {{ name: string, median: string, peer: string, ratio: string, aim: string }} Row */

/**
 * How fast `ours` is in units of `peer`: above 1 is faster.
 *
 * @param {string} name @param {Command} ours @param {Command} peer @param {import('./make-streams.js').StreamSizes} streams
 * @param {string} aim @param {string} [output] what both of them write: removed before each run, since that takes long @returns {Row}
 */
function speed(name, ours, peer, streams, aim, output) {
  const { a, b, smallA, smallB } = inTurns(
    {
      a: ours(streams.large),
      b: peer(streams.large),
      smallA: ours(streams.small),
      smallB: peer(streams.small),
    },
    (argv) => {
      if (output !== undefined) rmSync(output, { recursive: true, force: true });
      return time(argv);
    },
  );
  const start = { a: median(smallA), b: median(smallB) };
  const ratios = a.map((value, i) => (b[i] - start.b) / (value - start.a));
  return {
    name,
    median: seconds(median(a) - start.a),
    peer: seconds(median(b) - start.b),
    ratio: range(ratios),
    aim,
  };
}

/** @param {readonly number[]} ratios */
function range(ratios) {
  const two = (/** @type {number} */ value) => value.toFixed(2);
  return `${two(median(ratios))} (${two(Math.min(...ratios))} to ${two(Math.max(...ratios))})`;
}

/** @param {number} value */
function seconds(value) {
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`;
}

/** @param {(folder: string) => Row} measure @returns {Row} */
function inFolder(measure) {
  const made = mkdtempSync(join(tmpdir(), 'migscope-extract-'));
  try {
    return measure(made);
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** @param {string} name @param {string} word @returns {Row} */
function skipped(name, word) {
  return { name, median: word, peer: '', ratio: '', aim: '' };
}

/** @param {Argv} argv the arguments of node @param {'ignore' | number} [stdin] @returns {number} MiB */
function peakMemory(argv, stdin = 'ignore') {
  const stdio = [stdin, nowhere, 'inherit', 'pipe'];
  const { output } = spawnSync(NODE, ['--import', MAX_RSS, ...argv], { stdio });
  return Number(String(output[3])) / 1024;
}

/** @param {string} file @returns {number} MiB */
function peakMemoryOfPipe(file) {
  const script = 'cat "$1" | "$2" --import "$3" "$4" info -';
  const stdio = ['ignore', nowhere, 'inherit', 'pipe'];
  const { output } = spawnSync('sh', ['-c', script, 'sh', file, NODE, MAX_RSS, MIGSCOPE], { stdio });
  return Number(String(output[3])) / 1024;
}

/**
 * What a whole run of one command takes in units of another, in wall time or processor time.
 *
 * @param {string} name @param {Record<'ours' | 'peer', Argv>} commands @param {(argv: Argv) => number} measure @param {string} aim @returns {Row}
 */
function times(name, commands, measure, aim) {
  const { ours, peer } = inTurns(commands, measure);
  const ratio = range(ours.map((value, i) => value / peer[i]));
  return { name, median: seconds(median(ours)), peer: seconds(median(peer)), ratio, aim };
}

/** @param {string} name @param {number} mib @param {string} aim @returns {Row} */
function memory(name, mib, aim) {
  return { name, median: `${mib.toFixed(0)} MiB`, peer: '', ratio: '', aim };
}

/** Reads a stream once: a decoder that is lost measures nothing. Its file is in the cache afterwards. @param {Argv} argv */
function check([program, ...args]) {
  const { stdout, stderr, status } = spawnSync(program, [...args, '--json'], { encoding: 'utf8' });
  const document = status === 0 && stdout !== '' ? JSON.parse(stdout) : undefined;
  if (!document?.complete || document.channels.some((channel) => channel.explainedBytes !== channel.bytes))
    throw new Error(`${args.join(' ')}: not read to its end: ${stderr || stdout}`);
}

const streams = makeStreams(Number(options.size));
for (const { large, small, tiny } of Object.values(streams)) [large, small, tiny].forEach((file) => check(info(file)));
check(catInfo(streams.mixed.large));

// Packing takes long; a qcow2 image is only copied.
const wrapped = {
  ...makeWrapped(Math.min(0.25, Number(options.size)), ['gz', 'zst', 'xz']),
  ...makeWrapped(Number(options.size), ['qcow2']),
};
for (const { large, small } of Object.values(wrapped)) [large, small].forEach((file) => check(info(file)));

const captures = makeCaptures(Number(options.size));
for (const { large, small } of Object.values(captures)) [large, small].forEach((folder) => check(info(folder)));

const hasPython = spawnSync('python3', ['--version']).status === 0;
const [dump, ...dumpArgs] = dumpPages(streams.mixed.tiny);
const hasDump = spawnSync(dump, dumpArgs, { stdio: 'ignore' }).status === 0;

/** @type {[string, (name: string) => Row][]} */
const ROWS = [];
for (const shape of /** @type {const} */ (['mixed', 'continue', 'sections'])) {
  const pair = streams[shape];
  ROWS.push(
    [`${shape}: info / plain read`, (name) => speed(name, info, plainRead, pair, 'at least 0.85')],
    [`${shape}: info / cat | wc -c`, (name) => speed(name, info, catCount, pair, 'at least 1')],
    [
      `${shape}: info / Python stepping over pages`,
      (name) => (hasPython ? speed(name, info, stepOver, pair, 'at least 4') : skipped(name, 'skipped: no python3')),
    ],
  );
}
ROWS.push(
  ['mixed: cat | info - / cat | plain read', (name) => speed(name, catInfo, catPlain, streams.mixed, 'at least 0.80')],
  [
    'mixed: dump --pages / plain read',
    (name) => (hasDump ? speed(name, dumpPages, plainRead, streams.mixed, '') : skipped(name, 'skipped: no dump')),
  ],
  ['multifd: info / plain read', (name) => speed(name, info, plainRead, captures.multifd, 'at least 0.80')],
  [
    'multifd zlib: info / the bare library',
    (name) => speed(name, info, inflate, captures['multifd-zlib'], 'at least 0.80'),
  ],
  [
    'multifd zstd: info / the bare library',
    (name) => speed(name, info, unzstd, captures['multifd-zstd'], 'at least 0.80'),
  ],
  .../** @type {const} */ ([
    ['gzip', 'gz'],
    ['zstd', 'zst'],
    ['xz', 'xz'],
  ]).map(
    ([program, suffix]) =>
      /** @type {[string, (name: string) => Row]} */ ([
        `${program}: info FILE / ${program} -dc | info -`,
        (name) => {
          const pair = wrapped[suffix];
          return pair
            ? speed(name, info, unpackInfo(program), pair, 'at least 0.90')
            : skipped(name, `skipped: no ${program}`);
        },
      ]),
  ),
  [
    'qcow2 snapshot: info / info of the plain file',
    (name) =>
      speed(
        name,
        info,
        (file) => info(file.replace('.qcow2', '.bin')),
        /** @type {any} */ (wrapped.qcow2),
        'at least 0.80',
      ),
  ],
  .../** @type {const} */ ([
    ['mixed', streams.mixed],
    ['sections', streams.sections],
    ['multifd', captures.multifd],
    ['multifd zlib', captures['multifd-zlib']],
  ]).flatMap(([shape, { large }]) =>
    /** @type {const} */ ([
      ['wall', time],
      ['CPU', cpuTime],
    ]).map(
      ([what, measure]) =>
        /** @type {[string, (name: string) => Row]} */ ([
          `${shape}: validate / info, ${what} time`,
          (name) => times(name, { ours: validate(large), peer: info(large) }, measure, 'at most 1.30'),
        ]),
    ),
  ),
  [
    'mixed: diff of two / plain read of both',
    (name) => speed(name, diff, plainReadTwice, streams.mixed, 'at least 0.70'),
  ],
  [
    'multifd: diff of two / plain read of both',
    (name) => speed(name, diff, plainReadTwice, captures.multifd, 'at least 0.70'),
  ],
  ...EXTRACTIONS.map(
    ([shape, how]) =>
      /** @type {[string, (name: string) => Row]} */ ([
        `${shape}: ${['extract', ...how].join(' ')} / cp of the same RAM`,
        (name) =>
          inFolder((made) => {
            const { large, small } = streams[shape];
            /** @param {string} file */
            const ram = (file) => join(made, basename(file));
            for (const file of [large, small]) time(extractTo(ram(file))(file));
            const out = join(made, 'out');
            const copyRam = (/** @type {string} */ file) => copy(ram(file), out);
            return speed(name, extractTo(out, ...how), copyRam, streams[shape], 'at least 0.50', out);
          }),
      ]),
  ),
  [
    'mixed: extract / Python writing page by page',
    (name) => {
      if (!hasPython) return skipped(name, 'skipped: no python3');
      return inFolder((made) => {
        const out = join(made, 'out');
        /** @type {Command} */
        const writePages = (file) => shell('mkdir "$1"; exec python3 "$2" "$3" "$1"', out, STEP_OVER, file);
        return speed(name, extractTo(out), writePages, streams.mixed, '', out);
      });
    },
  ],
  ...EXTRACTIONS.map(
    ([shape, how]) =>
      /** @type {[string, (name: string) => Row]} */ ([
        `${shape}: ${['extract', ...how].join(' ')} / analyze-migration.py -x`,
        (name) => {
          const { script } = options;
          if (script === undefined || !hasPython) return skipped(name, 'skipped: no --script');
          return inFolder((made) => {
            const out = join(made, 'out');
            return speed(name, extractTo(out, ...how), scriptTo(script, out), streams[shape], 'at least 4', out);
          });
        },
      ]),
  ),
  [
    'start: info of a tiny stream / empty program',
    (name) => {
      const { a, b } = inTurns({ a: info(streams.mixed.tiny), b: [NODE, EMPTY] });
      const ratio = range(a.map((value, i) => value / b[i]));
      return { name, median: seconds(median(a)), peer: seconds(median(b)), ratio, aim: 'at most 2.50' };
    },
  ],
  [
    'mapped-ram: info of 1 TiB',
    (name) => {
      const { a, b } = inTurns({
        a: info(streams['mapped-ram'].large),
        b: info(streams['mapped-ram'].tiny),
      });
      const whole = `wall ${seconds(median(a))}`;
      return { name, median: whole, peer: `tiny ${seconds(median(b))}`, ratio: '', aim: 'under 1 s' };
    },
  ],
  [
    'devices: dump of 100 / with --raw-devices',
    (name) => {
      const file = makeDevices();
      check(info(file));
      const { a, b } = inTurns({
        a: [NODE, MIGSCOPE, 'dump', file],
        b: [NODE, MIGSCOPE, 'dump', '--raw-devices', file],
      });
      const whole = `wall ${seconds(median(a))}`;
      return { name, median: whole, peer: seconds(median(b)), ratio: '', aim: 'under 1 s' };
    },
  ],
  ['memory: info FILE', (name) => memory(name, peakMemory([MIGSCOPE, 'info', streams.mixed.large]), 'at most 150 MiB')],
  [
    'memory: diff of two',
    (name) => memory(name, peakMemory([MIGSCOPE, 'diff', streams.mixed.large, streams.mixed.large]), 'at most 300 MiB'),
  ],
  ['memory: cat | info -', (name) => memory(name, peakMemoryOfPipe(streams.mixed.large), 'at most 150 MiB')],
  ['memory: info of a tiny stream', (name) => memory(name, peakMemory([MIGSCOPE, 'info', streams.mixed.tiny]), '')],
  ['memory: empty program', (name) => memory(name, peakMemory([EMPTY]), '')],
);

const HEAD = { name: 'what', median: 'migscope', peer: 'peer', ratio: 'ratio, median (range)', aim: 'aim' };
const WIDTHS = { name: 52, median: 20, peer: 12, ratio: 24, aim: 0 };
/** @param {Row} row */
const print = (row) =>
  console.log(
    Object.entries(WIDTHS)
      .map(([column, width]) => row[/** @type {keyof Row} */ (column)].padEnd(width))
      .join(' ')
      .trimEnd(),
  );

console.log(`Node ${process.version}, streams of ${options.size} GiB, ${PAIRS} pairs a row`);
console.log('Times are those that grow with the file; a ratio above 1 means that migscope is the faster one.\n');
print(HEAD);
for (const [name, measure] of ROWS) {
  if (options.only === undefined || name.includes(options.only)) print(measure(name));
}
closeSync(nowhere);
