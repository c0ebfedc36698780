/** Reads one side of a comparison: a capture of any kind, or the JSON of a layout. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import xxhash from 'xxhash-wasm';
import type { WindowAllocator } from './bytes/cursor.js';
import { PageHasher } from './bytes/page-hash.js';
import { PageContents, type ChosenPages } from './diff/page-contents.js';
import { RamIndex, type RamSnapshot } from './diff/ram-index.js';
import { PAGE_HASHED, PAGE_IS_ZERO, CHUNK_PAGES } from './diff/ram-index.js';
import { unknownPages } from './diff/ram.js';
import { type Side, SideCollector } from './diff/side.js';
import { openPath } from './container/open.js';
import { splitPath } from './container/split-path.js';
import { InputError } from './finding.js';
import { CaptureModel } from './model/capture-model.js';
import { type CaptureFiles, isCaptureDirectory, readInput } from './read-capture.js';
import type { ReadOptions } from './read.js';
import { findVmdesc } from './stream/vmdesc-lookup.js';
import type { StreamSink } from './stream/events.js';
import { parseVmstateDump } from './vmstate/dump.js';
import { parseVmdesc, type VmstateDescription } from './vmstate/vmdesc.js';

export interface SideOptions extends Pick<ReadOptions, 'offset' | 'vmdesc' | 'pageSize'>, CaptureFiles {
  /** The layout alone; RAM and, where the stream has a vmdesc that can be sought, device state are not read. */
  readonly layoutOnly?: boolean;
  /** The same on both sides, and another for every comparison. */
  readonly seed: bigint;
}

/** Larger files are no layout. */
const MAX_JSON = 64 << 20;
/** Keys that a dump has and a vmdesc has not. */
const VMSTATE_DUMP = /"(vmschkmachine|minimum_version_id)"\s*:/;
/** Bytes of pages whose contents are kept at once. */
const MAX_CONTENTS = 64 << 20;

/** Listens to every channel as well. */
export type SideListener = () => readonly StreamSink[];

/**
 * Reads a side.
 *
 * @throws InputError when it cannot be opened, or is neither a migration nor a layout
 */
export async function readSide(path: string, options: SideOptions, listen: SideListener = () => []): Promise<Side> {
  const layout = readLayoutSide(path);
  if (layout) return layout;
  if (options.layoutOnly) {
    const vmdesc = options.vmdesc ?? vmdescOf(path);
    if (vmdesc) return { name: path, kind: 'capture', problems: [], complete: true, vmdesc, sections: [], records: [] };
  }
  return captureSide(path, options, listen);
}

/**
 * Reads the JSON of a vmdesc or of a dump; undefined for what is no JSON.
 *
 * @throws InputError when it is other JSON
 */
export function readLayoutSide(path: string): Side | undefined {
  const json = readLayoutJson(path);
  return json === undefined ? undefined : layoutSide(path, json);
}

/** True for what can be read more than once; a pipe that is opened only to look is lost. */
function isRereadable(path: string): boolean {
  const stat = path === '-' ? undefined : statSync(splitPath(path).file, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isFIFO();
}

/** The text of a file that starts as JSON does. */
function readLayoutJson(path: string): string | undefined {
  const stat = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > MAX_JSON) return undefined;
  const fd = openSync(path, 'r');
  try {
    const start = Buffer.alloc(Math.min(stat.size, 64));
    readSync(fd, start, 0, start.length, 0);
    return /^\s*\{/.test(start.toString('latin1')) ? readFileSync(path, 'utf8') : undefined;
  } finally {
    closeSync(fd);
  }
}

function layoutSide(name: string, text: string): Side {
  const none = { name, problems: [], complete: true, sections: [], records: [] };
  try {
    return VMSTATE_DUMP.test(text)
      ? { ...none, kind: 'vmstate-dump', dump: parseVmstateDump(text) }
      : { ...none, kind: 'vmdesc', vmdesc: parseVmdesc(text) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InputError(
      `${name} is JSON, but neither a vmdesc nor a dump of vmstate: ${error.message}`,
      'dump writes a vmdesc with --format analyze-migration --desc, QEMU a dump with -dump-vmstate FILE',
    );
  }
}

/** The description at the end of a stream that can be sought. */
function vmdescOf(path: string): VmstateDescription | undefined {
  if (!isRereadable(path) || isCaptureDirectory(path) || splitPath(path).part !== undefined) return undefined;
  const source = openPath(path);
  try {
    return findVmdesc(source);
  } finally {
    source.close();
  }
}

async function captureSide(path: string, options: SideOptions, listen: SideListener): Promise<Side> {
  const { create64 } = await xxhash();
  const collector = new SideCollector(() => create64(options.seed));
  const hasher = new PageHasher(options.seed);
  const index = options.layoutOnly ? undefined : new RamIndex(hasher);
  const model = new CaptureModel();
  const source = sourceOf(path, options);
  const problems = await source.read(
    (channel) => [model.channel(channel), collector.channel(), ...(index ? [index] : []), ...listen()],
    (bytes) => hasher.window(bytes),
  );
  const summary = model.summary(problems);
  const ram = index?.snapshot();
  if (ram) await settle(ram, source, hasher);
  return {
    name: source.name,
    kind: 'capture',
    summary,
    problems: summary.problems,
    complete: summary.complete && !collector.exceeded,
    ...(collector.vmdesc && { vmdesc: collector.vmdesc }),
    ...collector.result(),
    ...(ram && { ram }),
  };
}

interface Source {
  readonly name: string;
  readonly again: boolean;
  /** Reads all channels, in windows of `allocate`; gives what is wrong with the capture as a whole. */
  read(sinks: (channel: string) => readonly StreamSink[], allocate?: WindowAllocator): Promise<Side['problems']>;
}

function sourceOf(path: string, { offset, vmdesc, pageSize, ...files }: SideOptions): Source {
  const options = {
    ...(offset !== undefined && { offset }),
    ...(vmdesc && { vmdesc }),
    ...(pageSize !== undefined && { pageSize }),
  };
  return {
    name: path === '-' ? 'standard input' : path,
    again: isRereadable(path),
    read: async (sinks, allocate) =>
      (await readInput(path, files, ({ name }) => sinks(name), { ...options, ...(allocate && { allocate }) })).problems,
  };
}

/** Pages that came as changes of themselves: reads the input again, and keeps as many of them at a time as fit. */
async function settle(ram: RamSnapshot, source: Source, hasher: PageHasher): Promise<void> {
  if (!source.again || ram.pageSize === 0) return;
  const unknown = [...unknownPages(ram)].flatMap(([name, pages]) => pages.map((page) => ({ name, page })));
  const blocks = new Map(ram.blocks.map((block) => [block.name, block]));
  const most = Math.floor(MAX_CONTENTS / ram.pageSize);
  for (let from = 0; from < unknown.length; from += most) {
    const chosen = new Map<string, ChosenPages>();
    for (const { name, page } of unknown.slice(from, from + most)) {
      const pages = chosen.get(name);
      if (pages) pages.set(page, undefined);
      else chosen.set(name, new Map([[page, undefined]]));
    }
    await readContents(source, chosen);
    for (const [name, pages] of chosen) {
      for (const [page, content] of pages) {
        if (!content) continue;
        const chunk = blocks.get(name)!.chunks.get(Math.floor(page / CHUNK_PAGES))!;
        const zero = content.every((byte) => byte === 0);
        chunk.states[page % CHUNK_PAGES] = zero ? PAGE_IS_ZERO : PAGE_HASHED;
        if (zero) continue;
        chunk.hashes ??= new Uint32Array(CHUNK_PAGES * 2);
        hasher.hash(content, -1, 0, content.length, chunk.hashes, (page % CHUNK_PAGES) * 2);
      }
    }
  }
}

async function readContents(source: Source, chosen: ReadonlyMap<string, ChosenPages>): Promise<void> {
  const contents = new PageContents(chosen);
  await source.read(() => [contents]);
}

/** The final contents of chosen pages, by block; false where the input cannot be read again. */
export async function readPages(
  path: string,
  options: SideOptions,
  chosen: ReadonlyMap<string, ChosenPages>,
): Promise<boolean> {
  const source = sourceOf(path, options);
  if (source.again) await readContents(source, chosen);
  return source.again;
}
