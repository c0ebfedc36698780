/** Reads captures to see what they say of what was asked: with everything that `validate` finds, and the state of their devices. */
import { readLayoutSide, readPages } from '../compare-side.js';
import type { ChosenPages } from '../diff/page-contents.js';
import { type RunningHash, type Side, SideCollector } from '../diff/side.js';
import { InputError } from '../finding.js';
import { addressMap } from '../model/address-map.js';
import { guestMemory } from '../model/guest-memory.js';
import { type CaptureFiles, readInput } from '../read-capture.js';
import type { ReadOptions } from '../read.js';
import { evidenceOf } from '../signatures/evidence/index.js';
import { machineOf, type Told } from '../signatures/evidence/told.js';
import { ringsOf } from '../signatures/evidence/virtio.js';
import { Judge } from '../validate.js';
import type { GuestMemory } from '../vmstate/devices/virtio/rings.js';
import { type Explained, type ExplainedCapture, type LookedUp, lookUp } from './explained.js';

export interface ExplainOptions extends ReadOptions {
  /** Further files of the first capture. */
  readonly files?: CaptureFiles;
}

/**
 * Explains a rule, a problem, a kind of failure, or lines of a QEMU log.
 *
 * @param captures the stream that was refused, and one that the destination wrote itself, a vmdesc of one, or its `-dump-vmstate`
 */
export async function explain(
  what: string,
  captures: readonly string[] = [],
  options: ExplainOptions = {},
): Promise<Explained> {
  return explainIn(lookUp(what), captures, options);
}

/** The same for what was looked up already. */
export async function explainIn(
  found: LookedUp,
  captures: readonly string[],
  options: ExplainOptions = {},
): Promise<Explained> {
  const labels = captures.length > 1 ? ['A', 'B'] : ['the stream'];
  const told: (Told | undefined)[] = [];
  const said: ExplainedCapture[] = [];
  for (const [i, label] of labels.entries()) {
    const capture = captures[i];
    if (capture === undefined) break;
    const read = await tell(label, capture, i === 0 ? options : {});
    told.push(typeof read === 'string' ? undefined : read);
    said.push(typeof read === 'string' ? unread(label, capture, read) : answer(read, capture, found));
  }
  const [a, b] = told;
  const withMemory = a && (await remember(a, captures[0]!, found, options));
  const failures = found.failures.map((failure) => ({
    ...failure,
    evidence: withMemory ? evidenceOf(failure, withMemory, b) : [],
  }));
  const shown =
    said.some(({ label, findings }) => label !== 'B' && findings.length > 0) ||
    failures.some(({ evidence }) => evidence.some(({ kind }) => kind === 'shown'));
  return { rules: found.rules, failures, captures: said, shown };
}

const NO_HASH: RunningHash = { update: () => NO_HASH, digest: () => 0n };

/** Reads one capture. @returns why it cannot be read, where it cannot */
async function tell(label: string, path: string, { files = {}, ...options }: ExplainOptions): Promise<Told | string> {
  try {
    const layout = readLayoutSide(path);
    if (layout) return { label, side: layout, findings: [], layers: [] };
    const collector = new SideCollector(() => NO_HASH);
    let judge: Judge | undefined;
    const { problems, layers } = await readInput(
      path,
      files,
      ({ name, several }) => {
        judge ??= new Judge(several);
        return [...judge.channel(name), collector.channel()];
      },
      options,
    );
    const { complete, findings, summary } = (judge ?? new Judge(true)).verdict(problems);
    const side: Side = {
      name: path,
      kind: 'capture',
      summary,
      problems: summary.problems,
      complete,
      ...(collector.vmdesc && { vmdesc: collector.vmdesc }),
      ...collector.result(),
    };
    return { label, side, findings, layers };
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof Error && 'syscall' in error)) throw error;
    return error instanceof InputError && error.hint !== undefined ? `${error.message}; ${error.hint}` : error.message;
  }
}

function unread(label: string, capture: string, unreadable: string): ExplainedCapture {
  return { label, capture, unreadable, complete: false, findings: [], others: [] };
}

function answer(told: Told, capture: string, { rules, failures }: LookedUp): ExplainedCapture {
  const codes = new Set([...rules, ...failures.flatMap((failure) => failure.rules)].map(({ code }) => code));
  const machine = machineOf(told);
  return {
    label: told.label,
    capture,
    ...(machine !== undefined && { machine }),
    complete: told.side.complete,
    findings: told.findings.filter(({ code }) => codes.has(code)),
    others: told.findings.filter(({ code, severity }) => severity === 'error' && !codes.has(code)),
  };
}

/** Reads the capture once more for the few pages that a line is about. A pipe is gone by then. */
async function remember(told: Told, path: string, { failures }: LookedUp, options: ExplainOptions): Promise<Told> {
  const ranges = failures.flatMap((failure) => ringsOf(failure, told));
  const { summary } = told.side;
  const pageSize = summary?.pageSize?.bytes;
  if (ranges.length === 0 || !summary || pageSize === undefined) return told;
  const machine = machineOf(told);
  const map = addressMap({ blocks: summary.ram.blocks, ...(machine !== undefined && { machine }) });
  const chosen = new Map<string, ChosenPages>();
  const want = guestMemory(map, (block, offset, length) => {
    const pages = chosen.get(block) ?? new Map<number, Buffer | undefined>();
    chosen.set(block, pages);
    for (let page = Math.floor(offset / pageSize); page * pageSize < offset + length; page++)
      pages.set(page, undefined);
    return undefined;
  });
  for (const range of ranges) want(...range);
  const { files = {}, offset, vmdesc } = options;
  const read = { seed: 0n, ...files, ...(offset !== undefined && { offset }), ...(vmdesc && { vmdesc }) };
  if (chosen.size === 0 || !(await readPages(path, read, chosen))) return told;
  const memory: GuestMemory = guestMemory(map, (block, at, length) => {
    const page = chosen.get(block)?.get(Math.floor(at / pageSize));
    return page?.subarray(at % pageSize, (at % pageSize) + length);
  });
  return { ...told, memory };
}
