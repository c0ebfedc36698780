/**
 * What a migration carries, as files: the memory of the guest as the destination has it behind the last page, and the state of its devices.
 */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { globMatcher } from './bytes/glob.js';
import { jsonDocument } from './bytes/json.js';
import { OutputDirectory } from './bytes/output-directory.js';
import type { Capture } from './container/capture.js';
import type { OpenChannel } from './container/open.js';
import { splitPath } from './container/split-path.js';
import type { Attachment } from './container/wrapper.js';
import { BlockFiles } from './extract/block-files.js';
import { DeviceStore } from './extract/device-store.js';
import { FileHasher } from './extract/file-hasher.js';
import {
  type ExtractedBlock,
  type ExtractedFile,
  type ExtractFormat,
  type ExtractManifest,
  MANIFEST,
} from './extract/manifest.js';
import { MEMORY_FILES, type MemoryFile, MemoryFileWriter } from './extract/memory-file.js';
import { type NeverSent, PageStore, type StoredBlock } from './extract/page-store.js';
import { SafeNames } from './extract/safe-name.js';
import { SectionStore } from './extract/section-store.js';
import { blockReasons, ChannelTrust, deviceReasons, isTrouble } from './extract/trust.js';
import { VirtioMem } from './extract/virtio-mem.js';
import { InputError } from './finding.js';
import type { ReadOptions } from './read.js';
import { type CaptureFiles, openCapture, type ReadableChannel, readCapture } from './read-capture.js';
import type { StreamSink } from './stream/events.js';

export interface ExtractCaptureOptions extends Pick<ReadOptions, 'offset' | 'vmdesc' | 'pageSize'>, CaptureFiles {
  /** Where the files are written; made when it is not there. */
  readonly directory: string;
  readonly format?: ExtractFormat;
  /** Names of RAM blocks, or globs over them; all blocks unless given. */
  readonly blocks?: readonly string[];
  /** The state of devices as well. */
  readonly sections?: boolean;
  /** Overwrites files that are there. */
  readonly force?: boolean;
  /** The manifest has the hash of each file, unless this is false: of a large guest they take longer than everything else. */
  readonly sha256?: boolean;
  /** Listens to every channel as well. */
  readonly listener?: (channel: ReadableChannel) => readonly StreamSink[];
}

/**
 * Writes the memory of a capture, and with `sections` the state of its devices, as files; returns the manifest that lies beside them.
 *
 * @throws InputError when the input is no migration, or something in the directory is in the way
 */
export async function extractCapture(
  input: string | Capture,
  options: ExtractCaptureOptions,
): Promise<ExtractManifest> {
  const capture = typeof input === 'string' ? await open(input, options) : input;
  const directory = new OutputDirectory(
    options.directory,
    capture.channels.map(({ path }) => splitPath(path).file).filter((file) => file !== '-'),
    { replace: options.force === true },
  );
  mkdirSync(options.directory, { recursive: true });
  directory.check(MANIFEST);
  const names = new SafeNames([MANIFEST, ...Object.values(MEMORY_FILES)]);
  const files = new BlockFiles(directory, ({ name }) => names.assign(`ram/${name}`));
  const hasher = options.sha256 === false ? undefined : new FileHasher();
  const pages = new PageStore(files, blockFilter(options.blocks ?? []), (file, start, length) =>
    hasher?.wrote(join(options.directory, file), start, length),
  );
  const sections = options.sections === true ? new SectionStore(directory, names) : undefined;
  const devices = options.sections === true ? new DeviceStore(directory, names) : undefined;
  const memory =
    options.format === 'physical' || options.format === 'elf' ? new MemoryFileWriter(options.format) : undefined;
  const virtioMem = new VirtioMem();
  const trust = new ChannelTrust();
  const attachments: string[] = [];
  const opened = ({ name }: ReadableChannel, open: OpenChannel): void => {
    trust.layers.set(name, open.layers);
    if (options.sections !== true) return;
    for (const attachment of open.attachments) attachments.push(writeAttachment(directory, names, attachment));
  };
  try {
    const result = await readCapture(
      capture,
      (channel) => [
        pages.channelSink(channel.name),
        ...(sections ? [sections] : []),
        ...(devices ? [devices] : []),
        ...(memory ? [memory] : []),
        virtioMem,
        trust.sink(channel),
        ...(options.listener?.(channel) ?? []),
      ],
      { ...options, opened },
    );
    const blocks = pages.stored();
    const stored = devices?.finish();
    const { file: memoryFile, ...placed } =
      memory?.write(
        directory,
        files,
        blocks.filter(({ file }) => file !== undefined).map(({ block }) => block),
      ) ?? {};
    files.close();
    const problems = [...result.problems, ...trust.problems, ...pages.problems];
    const reasons = [
      ...trust.reasons(),
      ...result.problems.filter(isTrouble).map(({ message }) => message),
      ...pages.problems.map(({ message }) => message),
      ...blocks.flatMap((block) => blockReasons(block, virtioMem)),
      ...unmatched(options.blocks ?? [], blocks),
      ...(stored ?? []).flatMap(deviceReasons),
      ...(sections?.exceeded || devices?.exceeded
        ? ['the capture has more sections or packets than are kept track of']
        : []),
    ];
    const storedSections = sections?.stored() ?? [];
    const described = await describeFiles(hasher, options.directory, [
      ...blocks.flatMap(({ file }) => file ?? []),
      ...storedSections.map(({ file }) => file),
      ...(stored ?? []).flatMap(({ file, config }) => [file, ...(config === undefined ? [] : [config])]),
      ...attachments,
    ]);
    const manifest: ExtractManifest = {
      schema: 'migscope/extract/1',
      capture: capture.name,
      format: options.format ?? 'raw',
      trustworthy: reasons.length === 0,
      reasons,
      channels: trust.channels,
      blocks: blocks.map(({ block, file, pages: byKind, neverSent }) => ({
        name: block.name,
        usedLength: block.usedLength,
        ...(file !== undefined && described(file)),
        pages: byKind,
        neverSent,
        ...unpluggedOf(block, neverSent, virtioMem),
      })),
      ...(memory && {
        memory: {
          ...(placed as Omit<MemoryFile, 'file'>),
          ...(memoryFile !== undefined && {
            file: memoryFile,
            size: statSync(join(options.directory, memoryFile)).size,
          }),
        },
      }),
      ...(sections && { sections: storedSections.map((section) => ({ ...section, ...described(section.file) })) }),
      ...(stored && {
        devices: stored.map(({ config, ...device }) => ({
          ...device,
          ...described(device.file),
          ...(config !== undefined && { config: described(config) }),
        })),
      }),
      ...(attachments.length > 0 && { attachments: attachments.map((file) => described(file)) }),
      problems,
    };
    directory.write(MANIFEST, Buffer.from(`${jsonDocument(manifest)}\n`));
    return manifest;
  } finally {
    files.close();
    devices?.close();
    if (typeof input === 'string') capture.close?.();
    await hasher?.close();
  }
}

async function open(path: string, options: ExtractCaptureOptions): Promise<Capture> {
  const capture = await openCapture(path, options, options);
  if (!capture.channels.some(({ role }) => role !== undefined && role !== 'return-path'))
    throw new InputError(capture.notes[0]?.message ?? `${path} holds no channel of a migration`);
  return capture;
}

/** Names that are exactly so, and globs. */
function blockFilter(blocks: readonly string[]): (name: string) => boolean {
  if (blocks.length === 0) return () => true;
  const exact = new Set(blocks);
  const matches = globMatcher(blocks);
  return (name) => exact.has(name) || matches(name);
}

function unmatched(wanted: readonly string[], blocks: readonly StoredBlock[]): string[] {
  return wanted
    .filter((one) => !blocks.some(({ block }) => blockFilter([one])(block.name)))
    .map((one) => `no block is called ${one}`);
}

function unpluggedOf(
  block: StoredBlock['block'],
  { ranges }: NeverSent,
  virtioMem: VirtioMem,
): Pick<ExtractedBlock, 'unplugged'> {
  const unplugged = ranges.reduce((sum, [at, length]) => sum + virtioMem.unplugged(block, at, length), 0);
  return unplugged > 0 ? { unplugged } : {};
}

async function describeFiles(
  hasher: FileHasher | undefined,
  directory: string,
  files: readonly string[],
): Promise<(file: string) => ExtractedFile> {
  const described = new Map<string, ExtractedFile>();
  const describe = async (file: string): Promise<void> => {
    const path = join(directory, file);
    described.set(file, { file, ...(hasher ? await hasher.finish(path) : { size: statSync(path).size }) });
  };
  await Promise.all(files.map(describe));
  return (file) => described.get(file)!;
}

function writeAttachment(directory: OutputDirectory, names: SafeNames, { name, bytes }: Attachment): string {
  const file = names.assign(name);
  directory.write(file, bytes);
  return file;
}
