/**
 * Compares the fields that a vmdesc describes with those that a `-dump-vmstate` of the destination declares, as far as a dump tells: it
 * has names, sizes in memory and lengths of fixed arrays, and neither types nor what is decided at run time.
 *
 * Fields are aligned by name, in order. What has no counterpart counts only where nothing on the other side can be it under another name: names are
 * not on the wire, and QEMU changes them.
 */
import type { DumpedField, DumpedVmsd } from '../vmstate/dump.js';
import type { FieldDescription, VmsdDescription } from '../vmstate/vmdesc.js';

/** Cells of the table that aligns two lists; longer lists are not compared. */
const MAX_CELLS = 1 << 20;
/** Structs in structs; a dump has some ten. */
const MAX_DEPTH = 32;

/** Types whose size in memory is that on the wire. */
const PLAIN = /^(?:u?int(?:8|16|32|64)|bool)$/;
const PLAIN_SIZES: readonly number[] = [1, 2, 4, 8];
/** Bytes that no element of a buffer has. */
const LEAST_BUFFER = 16;

/** Fields of one name that follow each other: an array, perhaps described element by element. */
interface Sent {
  readonly name: string;
  readonly first: FieldDescription;
  count: number;
  bytes: number;
}

/** The same of a dump, which has variants of a field one behind the other: that of an old version, those that a function chooses from. */
interface Read {
  readonly name: string;
  readonly fields: DumpedField[];
}

/** What a destination reads otherwise than it was written, if anything is sure to be. `version` is that of the stream. */
export function fieldFault(
  description: VmsdDescription,
  layout: DumpedVmsd,
  version: number,
  depth = 0,
): string | undefined {
  const sent = sentOf(description.fields);
  // The loader leaves out what came after the version of the stream.
  const read = readOf(layout.fields.filter((field) => field.version <= version));
  // A vmsd that is put together at run time is dumped without fields.
  if (depth > MAX_DEPTH || layout.fields.length === 0 || sent.length * read.length > MAX_CELLS) return undefined;
  const pairs = aligned(sent, read);
  return gapFault(pairs, sent, read) ?? firstFault(pairs, ([i, j]) => pairFault(sent[i]!, read[j]!, depth));
}

type Pair = readonly [run: number, field: number];

function firstFault<T>(items: readonly T[], fault: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = fault(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function sentOf(fields: readonly FieldDescription[]): readonly Sent[] {
  const all: Sent[] = [];
  for (const field of fields) {
    const name = field.name.replace(/\[\d+\]$/, '');
    const count = field.arrayLength ?? 1;
    const last = all.at(-1);
    if (last?.name === name) {
      last.count += count;
      last.bytes += field.size * count;
    } else all.push({ name, first: field, count, bytes: field.size * count });
  }
  return all;
}

function readOf(fields: readonly DumpedField[]): readonly Read[] {
  const all: Read[] = [];
  for (const field of fields) {
    const last = all.at(-1);
    if (last?.name === field.name) last.fields.push(field);
    else all.push({ name: field.name, fields: [field] });
  }
  return all;
}

/** The longest common subsequence of the names. */
function aligned(sent: readonly Sent[], read: readonly Read[]): readonly Pair[] {
  const width = read.length + 1;
  const best = new Uint32Array((sent.length + 1) * width);
  for (let i = sent.length - 1; i >= 0; i--) {
    for (let j = read.length - 1; j >= 0; j--) {
      const skip = Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
      const both = sent[i]!.name === read[j]!.name ? best[(i + 1) * width + j + 1]! + 1 : 0;
      best[i * width + j] = Math.max(skip, both);
    }
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < sent.length && j < read.length;) {
    const here = best[i * width + j]!;
    if (sent[i]!.name === read[j]!.name && here === best[(i + 1) * width + j + 1]! + 1) pairs.push([i++, j++]);
    else if (here === best[(i + 1) * width + j]!) i++;
    else j++;
  }
  return pairs;
}

/** A field that one side alone has, between two that both have. */
function gapFault(pairs: readonly Pair[], sent: readonly Sent[], read: readonly Read[]): string | undefined {
  let [i, j] = [0, 0];
  for (const [nextSent, nextRead] of [...pairs, [sent.length, read.length] as const]) {
    const [first] = sent.slice(i, nextSent).filter(({ bytes }) => bytes > 0);
    const left = read.slice(j, nextRead);
    if (first && left.length === 0)
      return `field ${first.name} of ${first.bytes} bytes, which the destination does not read`;
    const needed = left.find(({ fields }) => fields.some(isNeeded));
    if (needed && !first) return `the destination reads a field ${needed.name}, which the stream does not have`;
    [i, j] = [nextSent + 1, nextRead + 1];
  }
  return undefined;
}

/** A struct may have no fields, and what a function decides on may be left out. */
const isNeeded = ({ conditional, description, size }: DumpedField): boolean => !conditional && !description && size > 0;

/** Two fields of one name. */
function pairFault({ name, first, count }: Sent, { fields }: Read, depth: number): string | undefined {
  const [field, ...variants] = fields;
  if (variants.length > 0) return undefined;
  const { num, size, description } = field!;
  if (num !== undefined && num !== count && (PLAIN.test(first.type) || first.struct))
    return `field ${name} has ${count} elements, the destination reads ${num}`;
  if (first.struct && description) {
    const inner = fieldFault(first.struct, description, Infinity, depth + 1);
    return inner && `${name}: ${inner}`;
  }
  if (description || size === first.size || !isComparable(first, size)) return undefined;
  return `field ${name} has ${first.size} bytes, the destination reads ${size}`;
}

/** Whether the size in memory is that on the wire. For a buffer whose length is only known at run time the dump has 0, or the size of an element of it. */
function isComparable({ type, size }: FieldDescription, inMemory: number): boolean {
  if (PLAIN.test(type)) return PLAIN_SIZES.includes(inMemory);
  return /^(?:unused_)?buffer$/.test(type) && inMemory >= LEAST_BUFFER && size % inMemory !== 0;
}
