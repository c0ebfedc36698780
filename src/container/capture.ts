/** Opens a capture: the channels of one migration, in a directory or as a list of files. */
import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DecodeError, InputError } from '../finding.js';
import { type OpenChannel, openChannel, type OpenOptions, openSource, type OpenWrapper } from './open.js';
import { type Arrival, readArrivals } from './arrivals.js';
import { type ChannelRole, multifdIdentity, SNIFF_SIZE } from './sniff.js';
import type { NoteInside } from './wrapper.js';

export interface CaptureChannel {
  /** What findings call it: its name in the directory, or as it was given. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Told by its first bytes; an empty file is a preempt channel that was never used. Undefined for what is no channel. */
  readonly role?: ChannelRole;
  /** What the stream was taken out of, outermost first. */
  readonly layers: readonly string[];
  /** From the first packet of a multifd channel. */
  readonly multifd?: { readonly id: number; readonly uuid: string };
  /** Opens it, where its path alone does not: a channel inside another file, or a pipe that is open already. */
  readonly open?: (options: OpenOptions) => Promise<OpenChannel>;
}

/** Something about the files that does not keep the rest from being read: what `problemFinding` of the catalogue takes. */
export interface CaptureNote {
  readonly rule:
    'capture-main' | 'capture-multifd' | 'capture-file' | 'capture-name' | 'recording-cut' | NoteInside['rule'];
  readonly message: string;
  readonly channel: string;
  readonly offset: number;
  readonly related: readonly { readonly message: string; readonly channel: string; readonly offset: number }[];
}

export interface Capture {
  /** How the user named it. */
  readonly name: string;
  /** In the order of a list, or main.bin first and the others by name. */
  readonly channels: readonly CaptureChannel[];
  /** The file with the arrival order; see `readArrivals`. */
  readonly events?: string;
  /** The order in which the bytes of the channels arrived, where something says it. */
  readonly arrivals?: () => AsyncIterable<Arrival>;
  /** The file with what the recorder knew. */
  readonly facts?: string;
  readonly notes: readonly CaptureNote[];
  /** To be called when it has been read, where it is there. */
  close?(): void;
}

const MAIN_FILE = 'main.bin';
const EVENTS_FILE = 'events.jsonl';
const FACTS_FILE = 'capture.json';
/** Far more channels than QEMU can open (255 of multifd). */
const MAX_FILES = 4096;

/**
 * The channels in a directory: all its files `*.bin`. Whatever else lies there is left alone.
 *
 * @throws InputError when the directory cannot be read
 */
export async function listChannels(directory: string): Promise<Capture> {
  const files = binFiles(directory);
  if (files.length > MAX_FILES)
    throw new InputError(`${directory} has ${files.length} files *.bin, which is no capture`);
  const channels = await examineAll(files.map((name) => ({ name, path: join(directory, name) })));
  const there = (name: string): string | undefined => {
    const path = join(directory, name);
    return existsSync(path) ? path : undefined;
  };
  const events = there(EVENTS_FILE);
  const facts = there(FACTS_FILE);
  const found = capture(directory, channels);
  return {
    ...found,
    notes: [...(facts ? cutNote(directory, facts) : []), ...found.notes],
    ...(events && { events, arrivals: () => readArrivals(events) }),
    ...(facts && { facts }),
  };
}

/** Recorders write no longer ones. */
const MAX_FACTS = 16 << 20;

/** What a recorder says of a recording that it could not finish. A file that is no such document says nothing. */
function cutNote(directory: string, path: string): CaptureNote[] {
  try {
    if (statSync(path).size > MAX_FACTS) return [];
    const { cut } = JSON.parse(readFileSync(path, 'utf8')) as { cut?: Readonly<Record<string, unknown>> };
    if (typeof cut?.file !== 'string' || typeof cut.reason !== 'string') return [];
    const offset = Number.isSafeInteger(cut.offset) ? Number(cut.offset) : 0;
    const channel = cut.file.endsWith('.bin') ? cut.file : directory;
    return [note('recording-cut', `the recorder could not write on: ${cut.reason}`, channel, [], offset)];
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return [];
    throw error;
  }
}

/** The same for files that were named one by one. */
export async function captureOfFiles(paths: readonly string[], name = paths[0] ?? 'capture'): Promise<Capture> {
  return capture(name, await examineAll(paths.map((path) => ({ name: path, path }))));
}

/** The same for the channels inside a wrapper. */
export async function captureOfWrapper({ name, channels, arrivals, notes, close }: OpenWrapper): Promise<Capture> {
  const all: Examined[] = [];
  for (const inside of channels) {
    // An offset is that of the wrapper, in the file.
    const open = ({ role }: OpenOptions): Promise<OpenChannel> => openSource(inside.open(), role && { role });
    if (inside.bytes > 0) all.push(await examine(inside.name, name, inside.bytes, open));
    else all.push({ channel: { name: inside.name, path: name, bytes: 0, role: 'preempt', layers: [], open } });
  }
  const about = (notes ?? []).map(({ rule, message, channel, offset }) =>
    note(rule, message, channel ?? name, [], offset),
  );
  const found = capture(name, all);
  return { ...found, notes: [...about, ...found.notes], ...(arrivals && { arrivals }), close };
}

/** The same for one channel that is open: the first to read it finds it so. */
export async function captureOfOpen(path: string, channel: OpenChannel, options: OpenOptions): Promise<Capture> {
  let first: OpenChannel | undefined = channel;
  const open = async (): Promise<OpenChannel> => {
    const opened = first ?? (await openChannel(path, options));
    first = undefined;
    return opened;
  };
  const bytes = channel.cursor.source.size ?? 0;
  return capture(channel.name, [{ channel: { ...(await describe(channel, path, bytes)), open } }]);
}

interface Examined {
  readonly channel: CaptureChannel;
  readonly note?: CaptureNote;
}

async function examineAll(files: readonly { name: string; path: string }[]): Promise<readonly Examined[]> {
  const all: Examined[] = [];
  for (const { name, path } of files) all.push(await examineFile(name, path));
  return all;
}

async function examineFile(name: string, path: string): Promise<Examined> {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isFIFO()) throw new InputError(`${path} is a pipe, and a capture is read twice`);
    if (stat?.isFile() && stat.size === 0)
      return { channel: { name, path, bytes: 0, role: 'preempt', layers: ['file'] } };
    return await examine(name, path, stat?.size ?? 0);
  } catch (error) {
    return unreadable(name, path, 0, error);
  }
}

async function examine(name: string, path: string, bytes: number, open?: CaptureChannel['open']): Promise<Examined> {
  try {
    const opened = await (open?.({}) ?? openChannel(path));
    try {
      return { channel: { ...(await describe(opened, path, bytes)), name, ...(open && { open }) } };
    } finally {
      opened.close();
    }
  } catch (error) {
    return unreadable(name, path, bytes, error);
  }
}

async function describe(opened: OpenChannel, path: string, bytes: number): Promise<CaptureChannel> {
  const { name, role, cursor, layers } = opened;
  await cursor.fill(SNIFF_SIZE);
  const head = cursor.buffer.subarray(cursor.position, Math.min(cursor.limit, cursor.position + SNIFF_SIZE));
  const multifd = role === 'multifd' ? multifdIdentity(head) : undefined;
  return { name, path, bytes, role, layers, ...(multifd && { multifd }) };
}

function unreadable(name: string, path: string, bytes: number, error: unknown): Examined {
  if (!isExpected(error)) throw error;
  // The message names the file by its path.
  const message = error.message.replaceAll(path, () => name);
  return { channel: { name, path, bytes, layers: [] }, note: note('capture-file', message, name) };
}

/** What a file can do to its reader: it is something else, it is damaged, or the system refuses it. */
function isExpected(error: unknown): error is InputError | DecodeError | NodeJS.ErrnoException {
  return error instanceof InputError || (error instanceof Error && ('code' in error || error.name === 'DecodeError'));
}

function capture(name: string, examined: readonly Examined[]): Capture {
  const channels = examined.map(({ channel }) => channel);
  const notes = [
    ...examined.flatMap((one) => one.note ?? []),
    ...mainNotes(name, channels),
    ...multifdNotes(channels),
    ...channels.flatMap(nameNote),
  ];
  return { name, channels, notes };
}

/** One main channel, or recoveries of one: more than that are several migrations, none is no migration. */
function mainNotes(name: string, channels: readonly CaptureChannel[]): CaptureNote[] {
  const [first, ...more] = channels.filter(({ role }) => role === 'main');
  if (first) {
    return more.map((channel) =>
      note(
        'capture-main',
        `${channel.name} starts with QEVM: it is a main channel, and so is ${first.name}`,
        channel.name,
        [{ message: 'the main channel that is read', channel: first.name, offset: 0 }],
      ),
    );
  }
  return [note('capture-main', `no main channel: ${withoutMain(channels)}`, name)];
}

function withoutMain(channels: readonly CaptureChannel[]): string {
  if (channels.length === 0) return 'there is no file *.bin';
  const empty = channels.find(({ name, bytes }) => basename(name) === MAIN_FILE && bytes === 0);
  if (empty) return `${empty.name} is empty`;
  if (channels.length === 1) return `${channels[0]!.name} does not start with QEVM`;
  return `none of ${channels.length} files starts with QEVM`;
}

function multifdNotes(channels: readonly CaptureChannel[]): CaptureNote[] {
  const notes: CaptureNote[] = [];
  const byId = new Map<number, CaptureChannel>();
  let first: CaptureChannel | undefined;
  for (const channel of channels) {
    const { multifd, name } = channel;
    if (!multifd) continue;
    const { id, uuid } = multifd;
    const twin = byId.get(id);
    if (twin) {
      const related = [{ message: 'the other one', channel: twin.name, offset: 24 }];
      notes.push(note('capture-multifd', `${name} and ${twin.name} are both multifd channel ${id}`, name, related, 24));
    }
    byId.set(id, channel);
    first ??= channel;
    if (first.multifd!.uuid !== uuid) {
      const message = `${name} is of the guest ${uuid}, ${first.name} of ${first.multifd!.uuid}`;
      const related = [{ message: 'the other guest', channel: first.name, offset: 8 }];
      notes.push(note('capture-multifd', message, name, related, 8));
    }
  }
  return notes;
}

const ROLE_WORDS: Record<ChannelRole, string> = {
  main: 'a main channel',
  'recovery-main': 'the main channel of a recovery',
  multifd: 'a multifd channel',
  preempt: 'a preempt channel',
  'return-path': 'a return path',
  cpr: 'a CPR state channel',
};

/** For the names that recorders give: main.bin, channel-NN.bin, and for the way back return-path.bin and channel-NN.return.bin. */
function nameNote({ name, role, bytes }: CaptureChannel): CaptureNote[] {
  if (role === undefined || bytes === 0) return [];
  const file = basename(name);
  const backwards = /^return-path\.bin$|\.return\.bin$/.test(file);
  const forwards = /^channel-\d+\.bin$/.test(file);
  const fits =
    (file !== MAIN_FILE || role === 'main' || role === 'recovery-main') &&
    (!backwards || role === 'return-path') &&
    (!forwards || role !== 'return-path');
  return fits ? [] : [note('capture-name', `${name} is ${ROLE_WORDS[role]}`, name)];
}

function note(
  rule: CaptureNote['rule'],
  message: string,
  channel: string,
  related: CaptureNote['related'] = [],
  offset = 0,
): CaptureNote {
  return { rule, message, channel, offset, related };
}

function binFiles(directory: string): string[] {
  const byName = new Intl.Collator('en', { numeric: true });
  return entries(directory)
    .filter((entry) => entry.name.endsWith('.bin') && isFile(directory, entry))
    .map(({ name }) => name)
    .sort((a, b) => Number(b === MAIN_FILE) - Number(a === MAIN_FILE) || byName.compare(a, b) || (a < b ? -1 : 1));
}

function isFile(directory: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isFile();
  return statSync(join(directory, entry.name), { throwIfNoEntry: false })?.isFile() ?? false;
}

function entries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new InputError(`${directory}: no such directory`);
    if (code === 'ENOTDIR') throw new InputError(`${directory} is not a directory`);
    throw new InputError(`${directory}: ${message}`);
  }
}
