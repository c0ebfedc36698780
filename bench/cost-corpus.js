/**
 * Times `validate` beside `info` on every capture of a folder, the start of the program included, and prints a line for each and a summary.
 * Usage: node bench/cost-corpus.js FOLDER [--pairs N] [--only TEXT]
 *
 * Most of what a small capture takes is start, which `bench/run.js` leaves out of its ratios. The commands run in turns; times are medians over the pairs.
 * A capture that comes out above the aim is measured again with four times as many, since the medians of a few short runs are far apart.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** What `validate` may take beside `info`. */
const AIM = 1.3;
const MIGSCOPE = fileURLToPath(new URL('../bin/migscope.js', import.meta.url));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string', default: '7' }, only: { type: 'string', default: '' } },
});
const [folder] = positionals;
if (folder === undefined) throw new Error('usage: node bench/cost-corpus.js FOLDER [--pairs N] [--only TEXT]');

/** @param {string} command @param {string} capture @returns {number} milliseconds */
function time(command, capture) {
  const start = performance.now();
  spawnSync(process.execPath, [MIGSCOPE, command, '--quiet', capture], { stdio: 'ignore' });
  return performance.now() - start;
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** @param {string} name @param {number} count */
function measured(name, count) {
  const capture = join(folder, name);
  const pairs = Array.from({ length: count }, () => [time('info', capture), time('validate', capture)]);
  const [info, validate] = [0, 1].map((which) => median(pairs.map((pair) => pair[which])));
  const ratio = validate / info;
  console.log(`${ratio.toFixed(2)}  ${info.toFixed(0)} ms  ${validate.toFixed(0)} ms  ${name}`);
  return ratio;
}

const PAIRS = Number(options.pairs);
const ratios = readdirSync(folder)
  .filter((name) => name.includes(options.only))
  .map((name) => {
    const ratio = measured(name, PAIRS);
    return ratio > AIM ? measured(name, 4 * PAIRS) : ratio;
  });
console.log(
  `${ratios.length} captures: median ${median(ratios).toFixed(2)}, highest ${Math.max(...ratios).toFixed(2)}, ` +
    `${ratios.filter((ratio) => ratio > AIM).length} above ${AIM.toFixed(2)}`,
);
