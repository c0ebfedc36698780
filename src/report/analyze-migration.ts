/**
 * What QEMU's scripts/analyze-migration.py prints, as library calls: the same bytes for every stream that the script reads, and the same form
 * for those that it cannot.
 */
import { closeSync, fstatSync, statSync } from 'node:fs';
import { TextWriter } from '../bytes/text-writer.js';
import { openChannel } from '../container/open.js';
import { splitPath } from '../container/split-path.js';
import { BlockFiles } from '../extract/block-files.js';
import { OutputDirectory } from '../bytes/output-directory.js';
import { PageStore } from '../extract/page-store.js';
import { printableName, SafeNames } from '../extract/safe-name.js';
import { type Finding, InputError } from '../finding.js';
import { readStream, type ReadOptions } from '../read.js';
import { decodeChannel } from '../stream/decode-channel.js';
import type { StreamEvent, StreamSink } from '../stream/events.js';
import { findVmdesc } from '../stream/vmdesc-lookup.js';
import { parseJson } from '../vmstate/json.js';
import type { VmstateDescription } from '../vmstate/vmdesc.js';
import { MemoryContents } from './analyze-memory.js';
import { SectionsReport } from './analyze-sections.js';
import { PythonJsonWriter, type TextOutput } from './python-json.js';

export interface AnalyzeOptions extends ReadOptions {
  /** The device state of the stream (the default), or the description of it that the stream brings. */
  readonly dump?: 'state' | 'desc';
  /** With `state`: the contents of RAM as well. Reads the input several times. */
  readonly memory?: boolean;
  /** Where the document goes. */
  readonly out: TextOutput;
}

export interface ExtractOptions extends ReadOptions {
  /** Where the files are written. */
  readonly directory: string;
  /** Where the names of the files go, one a line. */
  readonly out: TextOutput;
}

export interface AnalyzeResult {
  /** The whole stream was read, and everything in it was written. */
  readonly complete: boolean;
  /** Errors and warnings. */
  readonly problems: readonly Finding[];
}

/**
 * Writes one JSON document and a line feed.
 *
 * @throws InputError when the input is no migration stream, has no description (`desc`), or cannot be read again (`memory`)
 */
export async function analyzeMigration(input: string, options: AnalyzeOptions): Promise<AnalyzeResult> {
  const { out } = options;
  if (options.dump === 'desc') {
    const description = await readDescription(input, options);
    if (!description)
      throw new InputError(`${input} has no vmdesc: the stream is cut, went postcopy, or was made without`);
    writeDescription(description, out);
    out.write('\n');
    return { complete: true, problems: [] };
  }
  const result =
    options.memory === true ? await analyzeWithMemory(input, options) : await analyzeState(input, options, out);
  out.write('\n');
  return result;
}

/**
 * Writes the description (`desc.json`), each RAM block, and the device state (`state.json`) as files.
 *
 * @throws InputError when the input is no migration stream, cannot be read twice, or something in the directory is in the way
 */
export async function extractMigration(input: string, options: ExtractOptions): Promise<AnalyzeResult> {
  requireRereadable(input, 'extracting');
  const { out } = options;
  const directory = new OutputDirectory(options.directory, input === '-' ? [] : [splitPath(input).file]);
  const description = await readDescription(input, options);
  if (description) {
    out.write('desc.json\n');
    const fd = directory.create('desc.json');
    const file = new TextWriter(fd);
    writeDescription(description, file);
    file.flush();
    closeSync(fd);
  }
  const names = new SafeNames(['desc.json', 'state.json']);
  const files = new BlockFiles(directory, (block) => names.assign(block.name));
  const store = new PageStore(files);
  const listing: StreamSink = {
    event(event: StreamEvent) {
      if (event.kind === 'ram-blocks') for (const { name } of event.blocks) out.write(`${printableName(name)}\n`);
    },
  };
  const fd = directory.create('state.json');
  try {
    const state = new TextWriter(fd);
    const result = await analyzeState(input, options, state, [store, listing]);
    state.flush();
    out.write('state.json\n');
    return withProblems(result, store.problems);
  } finally {
    files.close();
    closeSync(fd);
  }
}

async function analyzeState(
  input: string,
  options: ReadOptions,
  out: TextOutput,
  others: readonly StreamSink[] = [],
  memory?: (json: PythonJsonWriter) => Promise<void>,
): Promise<AnalyzeResult> {
  const sections = new SectionsReport(out, memory);
  await readStream(input, [...others, sections], options);
  await sections.finish();
  return { complete: sections.complete, problems: sections.problems };
}

async function analyzeWithMemory(input: string, options: AnalyzeOptions): Promise<AnalyzeResult> {
  requireRereadable(input, 'the contents of RAM');
  const memory = new MemoryContents(input, options);
  try {
    const problems = await memory.load();
    const result = await analyzeState(input, options, options.out, [], (json) => memory.write(json));
    return withProblems(result, problems);
  } finally {
    memory.close();
  }
}

function withProblems(result: AnalyzeResult, more: readonly Finding[]): AnalyzeResult {
  return { complete: result.complete && more.length === 0, problems: [...result.problems, ...more] };
}

/** The description of the device state: from the end of the input where that can be had, else by reading the stream. */
async function readDescription(input: string, options: ReadOptions): Promise<VmstateDescription | undefined> {
  const channel = await openChannel(input, options);
  try {
    let description = findVmdesc(channel.cursor.source);
    if (description) return description;
    const sink: StreamSink = {
      event(event: StreamEvent) {
        if (event.kind === 'vmdesc') description = event.description;
      },
    };
    await decodeChannel(channel.cursor, [sink], { role: channel.role, channel: channel.name });
    return description;
  } finally {
    channel.close();
  }
}

function writeDescription(description: VmstateDescription, out: TextOutput): void {
  new PythonJsonWriter(out).value(parseJson(description.text));
}

/** @throws InputError for pipes */
function requireRereadable(input: string, what: string): void {
  const stat = input === '-' ? fstatSync(0) : statSync(splitPath(input).file, { throwIfNoEntry: false });
  // What is not there at all is for whoever opens it to say.
  if (!stat || stat.isFile() || stat.isBlockDevice() || stat.isDirectory()) return;
  throw new InputError(
    `${input === '-' ? 'standard input' : input} is a pipe: ${what} takes reading it more than once`,
    'save the stream in a file first',
  );
}
