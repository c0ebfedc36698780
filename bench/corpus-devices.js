/**
 * Reads the device sections of a folder of real captures and counts, by kind of payload and QEMU version, those that a layout accounts for to the last byte.
 * Usage: node bench/corpus-devices.js FOLDER [--only TEXT] [--failures]
 *
 * A capture is a folder NAME with main.bin and channel-*.bin, where NAME begins with the version of the source. Exit code 1 when a layout does not fit.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCapture, readCapture, virtioDevice } from '../dist/index.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' }, failures: { type: 'boolean', default: false } },
});

/** @typedef {import('../dist/index.js').StructNode} StructNode @typedef {import('../dist/index.js').FieldNode} FieldNode */
/** @typedef {{ exact: number, failed: number }} Count */

/** Kinds of payloads, and for each version what became of them. @type {Map<string, Map<string, Count>>} */
const kinds = new Map();
/** @type {string[]} */
const failures = [];

/** @param {string} kind @param {string} version @param {string | undefined} failure @param {string} where */
function count(kind, version, failure, where) {
  const versions = kinds.get(kind) ?? new Map();
  kinds.set(kind, versions);
  const sum = versions.get(version) ?? { exact: 0, failed: 0 };
  versions.set(version, sum);
  if (failure === undefined) sum.exact++;
  else {
    sum.failed++;
    failures.push(`${where}: ${kind}: ${failure}`);
  }
}

/** The first thing that does not fit in a structure or below. @param {readonly StructNode[]} structs @returns {string | undefined} */
function mismatchIn(structs) {
  for (const { fields, subsections } of structs) {
    for (const field of fields) {
      const found = field.mismatch ?? (field.structs && mismatchIn(field.structs));
      if (found !== undefined) return `${field.name}: ${found}`;
    }
    const found = mismatchIn(subsections);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Fields whose contents come from a layout: those of types that the vmdesc does not describe. */
const DESCRIBED = new Set(['struct', 'vstruct', 'tmp', 'qtailq', 'qlist', 'list', 'gtree']);

/** @param {StructNode} struct @param {(field: FieldNode) => void} found */
function walk(struct, found) {
  for (const field of struct.fields) {
    if (field.structs && !DESCRIBED.has(field.type)) found(field);
    else for (const inner of field.structs ?? []) walk(inner, found);
  }
  for (const inner of struct.subsections) walk(inner, found);
}

/** The device and its transport. @param {string} idstr */
function kindOf(idstr) {
  const path = idstr.slice(0, Math.max(0, idstr.lastIndexOf('/')));
  const transport = path.includes('virtio-mmio@') ? 'mmio' : /:[0-9a-f]{2}\.[0-9a-f]$/.test(path) ? 'pci' : 'ccw';
  return `${idstr.slice(path.length).replace(/^\//, '')} ${transport}`;
}

/** @param {string} folder @param {string} name */
async function examine(folder, name) {
  const version = name.slice(0, name.indexOf('-'));
  const capture = await openCapture(join(folder, name));
  await readCapture(capture, (channel) => [
    {
      wantsDeviceState: true,
      event(event) {
        if (event.kind === 'device-state') {
          const { idstr, state, note } = event;
          const where = `${name}/${channel.name} ${idstr}`;
          if (virtioDevice(idstr))
            count(kindOf(idstr), version, state ? mismatchIn([state]) : (note ?? 'no layout fits'), where);
          // A layout of the whole section: the vmdesc has nothing but bytes.
          else if (/(^|\/)vfio$/.test(idstr))
            count('vfio configuration', version, state ? mismatchIn([state]) : (note ?? 'no layout fits'), where);
          else if (state)
            walk(state, ({ type, mismatch, structs }) =>
              count(type, version, mismatch ?? mismatchIn(structs ?? []), where),
            );
        }
      },
    },
  ]);
}

const [folder] = positionals;
if (folder === undefined) {
  console.error('usage: npm run corpus:devices -- FOLDER [--only TEXT] [--failures]');
  process.exit(2);
}
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name.includes(options.only))
  .map(({ name }) => name)
  .sort();
for (const name of names) await examine(folder, name);

const versions = [...new Set([...kinds.values()].flatMap((of) => [...of.keys()]))].sort(
  (a, b) => parseFloat(a) - parseFloat(b),
);
console.log(`| payload | ${versions.join(' | ')} | all | not exact |`);
console.log(`| --- |${' ---: |'.repeat(versions.length + 2)}`);
const total = { exact: 0, failed: 0 };
for (const [kind, of] of [...kinds].sort(([a], [b]) => a.localeCompare(b))) {
  const cells = versions.map((version) => of.get(version)).map((sum) => (sum ? sum.exact + sum.failed : 0));
  const failed = [...of.values()].reduce((sum, { failed: some }) => sum + some, 0);
  const all = cells.reduce((sum, cell) => sum + cell, 0);
  total.exact += all - failed;
  total.failed += failed;
  console.log(`| ${kind} | ${cells.map((cell) => cell || '').join(' | ')} | ${all} | ${failed || ''} |`);
}
console.log(`\n${names.length} captures: ${total.exact} payloads exact, ${total.failed} not`);
for (const failure of options.failures ? failures : failures.slice(0, 20)) console.log(failure);
if (total.failed > 0 || names.length === 0) process.exitCode = 1;
