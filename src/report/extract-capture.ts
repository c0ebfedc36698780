/**
 * What a migration carries, as files: the memory of the guest as the destination has it behind the last page, and the state of its devices.
 *
 * Everything is written below one directory:
 *
 * | file                                    | what                                                       |
 * | manifest.json                           | the files, and how far they can be trusted                 |
 * | ram/<block>                             | a RAM block; pages that are zero are holes                 |
 * | physical.bin, core.elf                  | all of it by guest-physical address                        |
 * | sections/<idstr>.<instance>.bin         | the payload of a FULL section                              |
 * | libvirt/domain.xml, libvirt/cookie.xml  | what a libvirt save image holds beside the stream          |
 * | devices/<idstr>.<instance>.bin          | the state of a VFIO device                                 |
 * | devices/<idstr>.<instance>.config.bin   | its PCI configuration, as in the vmstate of VFIOPCIDevice  |
 */
import { closeSync, mkdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { globMatcher } from '../bytes/glob.js';
import type { Capture } from '../container/capture.js';
import type { OpenChannel } from '../container/open.js';
import type { ChannelRole } from '../container/sniff.js';
import { splitPath } from '../container/split-path.js';
import type { Attachment } from '../container/wrapper.js';
import { BlockFiles } from '../extract/block-files.js';
import { DeviceStore, type StoredDevice } from '../extract/device-store.js';
import { FileHasher } from '../extract/file-hasher.js';
import { type MemoryFile, MemoryFileWriter } from '../extract/memory-file.js';
import { OutputDirectory } from '../bytes/output-directory.js';
import { type NeverSent, PageStore, type StoredBlock } from '../extract/page-store.js';
import { SafeNames } from '../extract/safe-name.js';
import { SectionStore } from '../extract/section-store.js';
import { VirtioMem } from '../extract/virtio-mem.js';
import { type Finding, hex, InputError } from '../finding.js';
import { lostConnections, takenUp } from '../model/lost-connections.js';
import type { ReadOptions } from '../read.js';
import { type CaptureFiles, openCapture, type ReadableChannel, readCapture } from '../read-capture.js';
import type { StreamSink } from '../stream/events.js';
import { type PageKind } from '../stream/page-batch.js';
import { jsonDocument } from './json.js';
import { plural } from './units.js';

/** `raw`: a file for each RAM block. The others add one with all blocks at their guest-physical addresses. */
export const EXTRACT_FORMATS = ['raw', 'physical', 'elf'] as const;
export type ExtractFormat = (typeof EXTRACT_FORMATS)[number];

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

/** manifest.json; docs/schema/extract.schema.json is its schema. Paths are below the directory, with `/` between their parts. */
export interface ExtractManifest {
  readonly schema: 'migscope/extract/1';
  readonly capture: string;
  readonly format: ExtractFormat;
  /** The files hold what a destination would have. */
  readonly trustworthy: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  readonly channels: readonly ExtractedChannel[];
  readonly blocks: readonly ExtractedBlock[];
  /** With the formats `physical` and `elf`: the file, what lies where in it, and which blocks have no place. */
  readonly memory?: MemoryFile & { readonly size?: number };
  /** With `sections`. */
  readonly sections?: readonly ExtractedSection[];
  readonly devices?: readonly ExtractedDevice[];
  /** With `sections`: what the stream's wrapper holds beside it. */
  readonly attachments?: readonly ExtractedFile[];
  readonly problems: readonly Finding[];
}

export interface ExtractedChannel {
  readonly name: string;
  readonly role: ChannelRole;
  /** What it was taken out of, outermost first. */
  readonly layers: readonly string[];
  readonly bytes: number;
  readonly complete: boolean;
}

/** A file and what is in it. */
export interface ExtractedFile {
  readonly file: string;
  readonly size: number;
  /** Of the whole file, unless `sha256` was false. */
  readonly sha256?: string;
}

export interface ExtractedBlock extends Partial<ExtractedFile> {
  readonly name: string;
  readonly usedLength: number;
  /** Page records by kind; a page that was sent twice counts twice. */
  readonly pages: Readonly<Record<PageKind, number>>;
  /** Pages that no record was there for; they are zero in the file. */
  readonly neverSent: NeverSent;
  /** Bytes of those that virtio-mem has not plugged, as far as they are in the ranges: zero in the guest, too. */
  readonly unplugged?: number;
}

export interface ExtractedSection extends ExtractedFile {
  readonly idstr: string;
  readonly instance: number;
  readonly version: number;
  /** How often it came; the file has the last. */
  readonly times: number;
}

export interface ExtractedDevice extends ExtractedFile, Omit<StoredDevice, 'file' | 'config'> {
  readonly config?: ExtractedFile;
}

const MANIFEST = 'manifest.json';

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
  const names = new SafeNames([MANIFEST, 'physical.bin', 'core.elf']);
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
  const watch = new Watch();
  const attachments: string[] = [];
  const opened = ({ name }: ReadableChannel, open: OpenChannel): void => {
    watch.layers.set(name, open.layers);
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
        watch.sink(channel),
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
    const problems = [...result.problems, ...watch.problems, ...pages.problems];
    const reasons = [
      ...watch.reasons(),
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
      channels: watch.channels,
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
    writeManifest(directory, manifest);
    return manifest;
  } finally {
    files.close();
    devices?.close();
    if (typeof input === 'string') capture.close?.();
    await hasher?.close();
  }
}

/** True for problems that a destination or a reader has to care about. */
export function isTrouble({ severity }: Finding): boolean {
  return severity !== 'info';
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

function blockReasons({ block, file, pages, neverSent, notResent }: StoredBlock, virtioMem: VirtioMem): string[] {
  if (file === undefined) return [`${block.name} could not be written`];
  if (notResent > 0) return [`${plural(notResent, 'page')} of ${block.name} discarded for postcopy and not sent again`];
  const none = Object.values(pages).every((count) => count === 0) && neverSent.ranges.length > 0;
  const plugged = neverSent.ranges.some(([at, length]) => virtioMem.unplugged(block, at, length) < length);
  return none && plugged ? [`no page of ${block.name} is in the capture: it was shared, or never sent`] : [];
}

function unpluggedOf(
  block: StoredBlock['block'],
  { ranges }: NeverSent,
  virtioMem: VirtioMem,
): Pick<ExtractedBlock, 'unplugged'> {
  const unplugged = ranges.reduce((sum, [at, length]) => sum + virtioMem.unplugged(block, at, length), 0);
  return unplugged > 0 ? { unplugged } : {};
}

function deviceReasons({ idstr, instance, missing, duplicates, configMissing }: StoredDevice): string[] {
  const name = instance === 0 ? idstr : `${idstr}#${instance}`;
  const ranges = missing.slice(0, 10).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return [
    ...(ranges.length > 0 ? [`device ${name}: packets ${ranges.join(', ')} are missing`] : []),
    ...(duplicates.length > 0 ? [`device ${name}: packet ${duplicates[0]} came more than once`] : []),
    ...(configMissing ? [`device ${name}: the packet with the configuration is missing`] : []),
  ];
}

/** What the channels say of themselves. */
class Watch {
  readonly channels: ExtractedChannel[] = [];
  readonly layers = new Map<string, readonly string[]>();
  private readonly found: { readonly channel: string; readonly finding: Finding }[] = [];

  sink({ name, role }: ReadableChannel): StreamSink {
    return {
      event: (event) => {
        if (event.kind === 'end') {
          const { bytes, complete } = event;
          this.channels.push({ name, role, layers: this.layers.get(name) ?? [], bytes, complete });
        }
        if (event.kind === 'problem') this.found.push({ channel: name, finding: event.finding });
      },
    };
  }

  get problems(): Finding[] {
    const lost = lostConnections(this.channels);
    return this.found.map(({ channel, finding }) => (lost.has(channel) ? takenUp(finding) : finding));
  }

  /** What is said the other way tells nothing of memory, and a connection that was taken up by another may end anywhere. */
  reasons(): string[] {
    const lost = lostConnections(this.channels);
    const { problems } = this;
    return this.channels.flatMap(({ name, role, complete }) => {
      if (role === 'return-path') return [];
      const trouble = problems.filter((finding) => finding.channel === name && isTrouble(finding));
      const [first] = trouble;
      if (first) {
        const more = trouble.length === 1 ? '' : ` (and ${plural(trouble.length - 1, 'more problem')})`;
        return [`${name}@${hex(first.offset)}: ${first.message}${more}`];
      }
      return complete || lost.has(name) ? [] : [`${name} is not complete`];
    });
  }
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
  const fd = directory.create(file);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  closeSync(fd);
  return file;
}

function writeManifest(directory: OutputDirectory, manifest: ExtractManifest): void {
  const fd = directory.create(MANIFEST);
  const bytes = Buffer.from(`${jsonDocument(manifest)}\n`);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  closeSync(fd);
}

/** Where the manifest is. */
export function manifestPath(directory: string): string {
  return join(directory, MANIFEST);
}
