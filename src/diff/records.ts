/** Compares what built-in decoders said of sections: records with fields of their own. */
import type { FieldValue } from '../vmstate/values.js';
import type { RecordValue } from '../stream/events.js';
import type { SectionRecords } from './side.js';
import type { ValueDifference } from './values.js';

/** Where data lies in the stream is no state. */
const OFFSETS = new Set(['dataOffset', 'offset']);

export function compareRecords(a: SectionRecords, b: SectionRecords): Omit<ValueDifference, 'section'>[] {
  const found: Omit<ValueDifference, 'section'>[] = [];
  const leavesA = leaves(a);
  const leavesB = leaves(b);
  for (const [path, one] of leavesA) {
    const other = leavesB.get(path);
    if (other === undefined) found.push({ path, type: 'record', a: one });
    else if (!isSame(one, other)) found.push({ path, type: 'record', a: one, b: other });
  }
  for (const [path, other] of leavesB) if (!leavesA.has(path)) found.push({ path, type: 'record', b: other });
  if (a.more !== b.more) found.push({ path: '', type: 'record', sizes: [count(a), count(b)] });
  const data = new Map(b.data.map((entry) => [entry.name, entry]));
  for (const { name, length, hash } of a.data) {
    const other = data.get(name);
    data.delete(name);
    if (other?.length === length && other.hash === hash) continue;
    found.push({
      path: name,
      type: 'data',
      ...(other?.length === length ? {} : { sizes: [length, other?.length ?? 0] }),
    });
  }
  for (const { name, length } of data.values()) found.push({ path: name, type: 'data', sizes: [0, length] });
  return found;
}

const count = ({ records, more }: SectionRecords): number => records.length + more;

/** Every value with its path; records that come more than once bear their number. */
function leaves({ records }: SectionRecords): Map<string, FieldValue> {
  const found = new Map<string, FieldValue>();
  const times = new Map<string, number>();
  for (const { name } of records) times.set(name, (times.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  for (const { name, fields } of records) {
    const number = seen.get(name) ?? 0;
    seen.set(name, number + 1);
    walk(fields, times.get(name) === 1 ? name : `${name}[${number}]`, found);
  }
  return found;
}

/** Values that are told; a record with more is told as far. */
const MAX_LEAVES = 1 << 17;

function walk(value: RecordValue, path: string, found: Map<string, FieldValue>): void {
  if (found.size >= MAX_LEAVES) return;
  if (Array.isArray(value)) {
    (value as readonly RecordValue[]).forEach((entry, i) => walk(entry, `${path}[${i}]`, found));
  } else if (typeof value === 'object' && !(value instanceof Uint8Array)) {
    for (const [name, entry] of Object.entries(value)) if (!OFFSETS.has(name)) walk(entry, `${path}/${name}`, found);
  } else found.set(path, value as FieldValue);
}

function isSame(a: FieldValue, b: FieldValue): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
}
