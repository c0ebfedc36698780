/**
 * Compares captures of a folder with each other, and what is found with what is known of them. Usage: node bench/diff-corpus.js FOLDER [--dumps FOLDER]
 *
 * FOLDER holds a folder for each capture, with meta.json beside its channels. What must come out:
 *
 * - every capture is identical with itself;
 * - *-twin-a-* are one guest over several transports, and so are *-twin-b-*, in which one byte of RAM and one register were changed;
 * - a stream that a destination of another release took is not called refused: against a stream of that release with the same sections, against a dump
 *   of that release, and as a dump of its own release against that.
 *
 * Dumps are files RELEASE-ARCH-MACHINE.json as `-dump-vmstate` writes them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareSides, diffCaptures, readSide } from '../dist/index.js';

const { values: options, positionals } = parseArgs({
  options: { dumps: { type: 'string' }, only: { type: 'string', default: 'self,twins,releases,dumps' } },
  allowPositionals: true,
});
const [folder] = positionals;
if (folder === undefined) throw new Error('usage: node bench/diff-corpus.js FOLDER [--dumps FOLDER]');
const wanted = new Set(options.only.split(','));
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'meta.json')));
/** @param {string} name */
const at = (name) => join(folder, name);
/** @param {string} name @returns {any} */
const metaOf = (name) => JSON.parse(readFileSync(join(folder, name, 'meta.json'), 'utf8'));

let failures = 0;
let checks = 0;

/** @param {boolean} right @param {string} what @param {string} [found] */
function check(right, what, found = '') {
  checks++;
  if (right) return;
  failures++;
  console.log(`FAIL ${what}${found === '' ? '' : `: ${found}`}`);
}

/** @param {import('../dist/index.js').DiffResult} result */
function differences({ identity, layout, values, ram }) {
  const blocks = (ram?.blocks ?? []).filter(
    (block) =>
      block.pagesDiffer + block.neverSentA.pages + block.neverSentB.pages + block.zeroAgainstNeverSent.pages > 0,
  );
  return [
    ...identity.map(({ field }) => field),
    ...layout.map(({ section, path, kind }) => `${section}/${path} ${kind}`),
    ...values.map(({ section, path, a, b }) => `${section}/${path} ${a} ${b}`),
    ...blocks.map(({ name, ranges }) => `${name} ${JSON.stringify(ranges)}`),
  ];
}

async function itself() {
  for (const name of names) {
    try {
      const found = differences(await diffCaptures(at(name), at(name)));
      check(found.length === 0, `${name} and itself`, found.slice(0, 3).join('; '));
    } catch (error) {
      check(false, `${name} and itself`, error instanceof Error ? error.message : String(error));
    }
  }
}

const TWIN_DIFFERENCES = ['cpu_common/interrupt_request 0 2', 'i8259/imr 184 165', 'pc.ram [[20971520,4096]]'].join(
  '; ',
);

async function twins() {
  const all = names.filter((name) => name.includes('-twin-'));
  for (const [i, a] of all.entries()) {
    for (const b of all.slice(i + 1)) {
      const found = differences(await diffCaptures(at(a), at(b))).join('; ');
      const same = a.includes('twin-a') === b.includes('twin-a');
      check(found === (same ? '' : TWIN_DIFFERENCES), `${a} and ${b}`, found.slice(0, 200));
    }
  }
}

/** @typedef {{ name: string, side: import('../dist/index.js').Side, release: string, machine: string, arch: string }} Read */

/** @param {string} name @returns {Promise<Read>} */
async function read(name) {
  const side = await readSide(at(name), { seed: 0n, layoutOnly: false });
  const [release = '', arch = ''] = name.split('-');
  return { name, side, release, arch, machine: side.summary?.streams[0]?.configuration?.machine ?? '' };
}

/** @param {import('../dist/index.js').Side} side */
const sectionsOf = ({ sections }) =>
  sections
    .map(({ idstr, instance }) => `${idstr}#${instance}`)
    .sort()
    .join();

/** Streams that a destination of another release took, and streams of that release. */
async function releases() {
  const taken = names.filter((name) => /-to\d/.test(name) && metaOf(name).dst_outcome === 'completed');
  const others = names.filter((name) => /-to\d|oldmachine/.test(name));
  const sides = new Map();
  for (const name of new Set([...taken, ...others])) sides.set(name, await read(name));
  const verdicts = new Map();
  let pairs = 0;
  for (const a of taken) {
    const to = /-to([\d.]+)-/.exec(a)?.[1];
    const one = sides.get(a);
    for (const b of others) {
      const other = sides.get(b);
      if (other.release !== to || other.machine !== one.machine || sectionsOf(one.side) !== sectionsOf(other.side))
        continue;
      pairs++;
      const { layout } = compareSides(one.side, other.side);
      for (const { section, path, kind, message, aToB } of layout) {
        const line = `${section}/${path} ${kind} ${aToB.verdict}: ${message}`;
        verdicts.set(line, (verdicts.get(line) ?? 0) + 1);
        check(aToB.verdict !== 'refused', `${a}, taken by ${to}, against ${b}`, line);
      }
    }
    if (options.dumps !== undefined) await againstDumps(one, to);
  }
  console.log(`${pairs} pairs of releases, and what differs in their layouts:`);
  for (const [line, times] of [...verdicts].sort()) console.log(`  ${times}× ${line}`);
}

const dumps = new Map();

/** @param {string} release @param {string} arch @param {string} machine */
async function dumpOf(release, arch, machine) {
  const path = join(options.dumps ?? '', `${release}-${arch}-${machine}.json`);
  if (!existsSync(path)) return undefined;
  if (!dumps.has(path)) dumps.set(path, await readSide(path, { seed: 0n }));
  return dumps.get(path);
}

/** @param {Read} taken @param {string | undefined} to */
async function againstDumps({ name, side, release, arch, machine }, to) {
  const destination = await dumpOf(to ?? '', arch, machine);
  if (!destination) return;
  const refused = (/** @type {import('../dist/index.js').DiffResult} */ { layout }) =>
    layout
      .filter(({ aToB }) => aToB.verdict === 'refused')
      .map(({ section, path, kind }) => `${section}/${path} ${kind}`);
  const found = refused(compareSides(side, destination));
  check(found.length === 0, `${name}, taken by ${to}, against the dump of ${to}`, found.slice(0, 4).join('; '));
  const source = await dumpOf(release, arch, machine);
  if (!source) return;
  const used = new Set(side.vmdesc?.devices.map(({ vmsdName }) => vmsdName));
  const only = { ...source, dump: { ...source.dump, devices: source.dump.devices.filter(usedBy(used)) } };
  const declared = refused(compareSides(only, destination));
  check(
    declared.length === 0,
    `the dump of ${release} against that of ${to}, as ${name} needs it`,
    declared.slice(0, 4).join('; '),
  );
}

/** @param {Set<string>} used */
const usedBy =
  (used) =>
  (/** @type {{ description?: { name: string } }} */ { description }) =>
    description !== undefined && used.has(description.name);

/** @param {readonly string[]} files @returns {Map<string, string[]>} by architecture and machine type */
function groups(files) {
  const found = new Map();
  for (const file of files) {
    const machine = file.replace(/^[\d.]+-/, '');
    found.set(machine, [...(found.get(machine) ?? []), file]);
  }
  return found;
}

/** All dumps of one machine type against each other: what is called refused, to be read. */
async function allDumps() {
  const files = readdirSync(options.dumps ?? '.').filter((file) => file.endsWith('.json'));
  check(files.length > 0, `${options.dumps} holds dumps`, 'no RELEASE-ARCH-MACHINE.json');
  const byMachine = groups(files);
  for (const [machine, group] of byMachine) {
    for (const a of group) {
      for (const b of group) {
        if (a === b) continue;
        const { layout } = await diffCaptures(join(options.dumps ?? '', a), join(options.dumps ?? '', b));
        const classes = new Set(layout.filter(({ aToB }) => aToB.verdict === 'refused').map(({ section }) => section));
        console.log(
          `${machine}: ${a.split('-')[0]} to ${b.split('-')[0]}: ${layout.length} differences, refused: ${[...classes].join(', ') || 'none'}`,
        );
      }
    }
  }
}

if (wanted.has('twins')) await twins();
if (wanted.has('releases')) await releases();
if (wanted.has('dumps') && options.dumps !== undefined) await allDumps();
if (wanted.has('self')) await itself();
console.log(`${checks} checks, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
