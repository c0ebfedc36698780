/** Comparing two migrations, or the layouts of two builds, in one call. */
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { readPages, readSide, type SideListener, type SideOptions } from './compare-side.js';
import type { SideAnswer, SideRequest } from './compare-worker.js';
import { splitPath } from './container/split-path.js';
import { isCaptureDirectory } from './read-capture.js';
import { compareBlockSets } from './diff/block-set.js';
import { compareLayouts } from './diff/compare-layout.js';
import { DifferenceFilter, type Ignored } from './diff/filter.js';
import { compareIdentity, type IdentityDifference } from './diff/identity.js';
import type { LayoutDifference } from './diff/layout-difference.js';
import { type PageExcerpt, pagesToShow, excerpts } from './diff/excerpt.js';
import { compareProtocol, type ProtocolDifference } from './diff/protocol.js';
import type { MovedPlaces } from './diff/moved-block.js';
import { compareRam, isSameBlock, type RamComparison } from './diff/ram.js';
import { borrowDescription, compareSideValues } from './diff/section-values.js';
import type { LayoutSection } from './diff/layout.js';
import type { SectionMatches } from './diff/match-sections.js';
import { layoutOfSide, type Side, withStates } from './diff/side.js';
import { sectionName } from './wire/section.js';
import type { ValueDifference } from './diff/values.js';
import type { VolatileProfile } from './diff/volatile.js';
import { InputError } from './finding.js';

export interface DiffOptions extends Pick<SideOptions, 'vmdesc' | 'pageSize'> {
  /** The layout alone, by the descriptions at the ends of the streams. */
  readonly layout?: boolean;
  /** The first bytes that differ of the first pages that differ. Reads both inputs again. */
  readonly ram?: boolean;
  /** Globs over `section/path`, sections, `ram/block`, and the words `layout`, `values`, `ram`, `identity` and `protocol`. */
  readonly ignore?: readonly string[];
  readonly only?: readonly string[];
  /** Nothing is left out by itself. */
  readonly strict?: boolean;
  /** What is left out by itself besides clocks. */
  readonly profiles?: readonly VolatileProfile[];
  /** Commands, channels, passes and traffic as well. */
  readonly protocol?: boolean;
  /** What belongs to each side besides its path. */
  readonly a?: Pick<SideOptions, 'offset' | 'channels' | 'returnPath'>;
  readonly b?: Pick<SideOptions, 'offset' | 'channels' | 'returnPath'>;
  /** False: both sides are read on this thread. */
  readonly worker?: boolean;
  /** Listens to every channel that is read on this thread. */
  readonly listener?: SideListener;
}

/** One side as the result names it. */
export interface DiffSide {
  readonly capture: string;
  readonly kind: Side['kind'];
  readonly machine?: string;
  readonly qemu?: string;
  readonly complete: boolean;
  /** Of the main channel: how far it was decoded without a gap. */
  readonly lastGoodOffset?: number;
  readonly bytes?: number;
  readonly problems: Side['problems'];
}

export interface DiffResult {
  readonly a: DiffSide;
  readonly b: DiffSide;
  /** Nothing differs, and both sides were there as a whole. */
  readonly identical: boolean;
  readonly identity: readonly IdentityDifference[];
  readonly layout: readonly LayoutDifference[];
  readonly values: readonly ValueDifference[];
  readonly ram?: RamComparison & { readonly excerpts?: readonly PageExcerpt[] };
  readonly protocol?: readonly ProtocolDifference[];
  /** What was left out, by reason. */
  readonly ignored: readonly Ignored[];
  /** What could not be compared, and why. */
  readonly notes: readonly string[];
}

/** From here on a second thread is worth its start. */
const MIN_FOR_WORKER = 8 << 20;

/**
 * Compares two captures, vmdescs or dumps, each named by its path.
 *
 * @throws InputError when a side cannot be opened, or is neither a migration nor a layout
 */
export async function diffCaptures(a: string, b: string, options: DiffOptions = {}): Promise<DiffResult> {
  if (a === '-' && b === '-') throw new InputError('only one side can come from standard input');
  const seed = randomBytes(8).readBigUInt64LE();
  const common = {
    seed,
    ...(options.layout === true && { layoutOnly: true }),
    ...(options.vmdesc && { vmdesc: options.vmdesc }),
    ...(options.pageSize !== undefined && { pageSize: options.pageSize }),
  };
  const optionsA: SideOptions = { ...common, ...options.a };
  const optionsB: SideOptions = { ...common, ...options.b };
  const [sideA, sideB] = await readSides([a, optionsA], [b, optionsB], options);
  const result = compareSides(sideA, sideB, options);
  if (!options.ram || !result.ram) return result;
  const chosen = pagesToShow(result.ram);
  const [pagesA, pagesB] = [chosen('A'), chosen('B')];
  const readable = (await readPages(a, optionsA, pagesA)) && (await readPages(b, optionsB, pagesB));
  return readable
    ? { ...result, ram: { ...result.ram, excerpts: excerpts(pagesA, pagesB, result.ram) } }
    : { ...result, notes: [...result.notes, 'a pipe cannot be read again: no excerpt of the pages that differ'] };
}

type SideToRead = readonly [path: string, options: SideOptions];

/** Reads both: the larger part of the work, so that the second core takes one of them where there is much. */
async function readSides(a: SideToRead, b: SideToRead, { worker, listener }: DiffOptions): Promise<[Side, Side]> {
  const script = fileURLToPath(new URL('./compare-worker.js', import.meta.url));
  const parallel = worker !== false && existsSync(script) && isLarge(a) && isLarge(b);
  if (!parallel) return [await readSide(...a, listener), await readSide(...b, listener)];
  // Standard input stays here.
  const [here, there] = b[0] === '-' ? [b, a] : [a, b];
  const away = readInWorker(script, { path: there[0], options: there[1] });
  // Its failure is reported when it is awaited.
  away.catch(() => undefined);
  const near = await readSide(...here, listener);
  return here === a ? [near, await away] : [await away, near];
}

function isLarge([path, { layoutOnly }]: SideToRead): boolean {
  if (layoutOnly) return false;
  const stat = path === '-' ? undefined : statSync(splitPath(path).file, { throwIfNoEntry: false });
  return path === '-' || isCaptureDirectory(path) || (stat?.isFile() === true && stat.size >= MIN_FOR_WORKER);
}

function readInWorker(script: string, request: SideRequest): Promise<Side> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: request });
    worker.once('message', (answer: SideAnswer) => {
      if ('side' in answer) resolve(withStates(answer.side, request.options.vmdesc));
      else if ('input' in answer) reject(new InputError(answer.input.message, answer.input.hint));
      else reject(answer.error instanceof Error ? answer.error : new Error(String(answer.error)));
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the second reader ended without an answer')));
  });
}

/** Compares two sides that were read. */
export function compareSides(sideA: Side, sideB: Side, options: DiffOptions = {}): DiffResult {
  const notes: string[] = [];
  const [a, b] = borrowDescription(sideA, sideB, notes);
  const filter = new DifferenceFilter(options);
  const layouts = compareLayouts(layoutOfSide(a), layoutOfSide(b), { a: a.complete, b: b.complete });
  const moved = movedPlaces(layouts.matches);
  const ram = a.ram && b.ram && filterRam(compareRam(a.ram, b.ram, a, b, moved), filter);
  const protocol =
    options.protocol === true && a.summary && b.summary ? compareProtocol(a.summary, b.summary) : undefined;
  notes.push(...unreachedNote('A', layouts.unreached.a), ...unreachedNote('B', layouts.unreached.b));
  if (ram?.note !== undefined) notes.push(ram.note);
  const unread = (ram?.blocks ?? []).reduce((sum, { notReached }) => sum + notReached, 0);
  if (unread > 0) {
    const side = a.complete ? 'B' : b.complete ? 'A' : 'one side';
    notes.push(`${side} was not read to its end: ${unread} ${unread === 1 ? 'page' : 'pages'} of RAM are not compared`);
  }
  if ((a.ram?.dropped ?? 0) + (b.ram?.dropped ?? 0) > 0)
    notes.push('the pages are too scattered to compare all of them');
  return withIdentical({
    a: sideOf(a),
    b: sideOf(b),
    identity: filter.identity(compareIdentity(a, b)),
    layout: filter.layout([...(a.ram && b.ram ? compareBlockSets(a.ram, b.ram, moved) : []), ...layouts.differences]),
    values: filter.values(compareSideValues(a, b, layouts.matches, notes)),
    ...(ram && { ram }),
    ...(protocol && { protocol }),
    ignored: filter.ignored(),
    notes,
  });
}

function movedPlaces({ pairs }: SectionMatches): MovedPlaces {
  const place = ({ idstr }: LayoutSection): string => idstr.slice(0, Math.max(0, idstr.lastIndexOf('/')));
  return new Map(pairs.flatMap(({ kind, a, b }) => (kind === 'moved' ? [[place(a), place(b)] as const] : [])));
}

/** Sections that are named; the rest is counted. */
const MAX_UNREACHED = 8;

function unreachedNote(side: 'A' | 'B', sections: readonly LayoutSection[]): string[] {
  if (sections.length === 0) return [];
  const names = sections.slice(0, MAX_UNREACHED).map(sectionName);
  if (sections.length > names.length) names.push(`${sections.length - names.length} more`);
  return [`${side} was not read to its end: ${names.join(', ')} ${sections.length === 1 ? 'is' : 'are'} not compared`];
}

/** Whether anything is left that differs. */
export function withIdentical(result: Omit<DiffResult, 'identical'>): DiffResult {
  const { a, b, identity, layout, values, ram, protocol } = result;
  const differs =
    identity.length + layout.length + values.length + (protocol?.length ?? 0) > 0 ||
    (ram?.blocks.some((block) => !isSameBlock(block)) ?? false);
  return { ...result, identical: !differs && a.complete && b.complete };
}

function filterRam(ram: RamComparison, filter: DifferenceFilter): RamComparison {
  return {
    ...ram,
    blocks: ram.blocks.filter((block) => isSameBlock(block) || filter.block(block.name)),
  };
}

function sideOf({ name, kind, summary, complete, problems, dump }: Side): DiffSide {
  const [main] = summary?.streams ?? [];
  const machine = main?.configuration?.machine ?? dump?.machine;
  return {
    capture: name,
    kind,
    ...(machine !== undefined && { machine }),
    ...(main && { qemu: main.qemu.guess, lastGoodOffset: main.lastGoodOffset, bytes: main.bytes }),
    complete,
    problems,
  };
}
