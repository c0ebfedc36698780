/**
 * A capture directory while it is being recorded:
 *
 * | file                                       | what                                                              |
 * | ------------------------------------------ | ----------------------------------------------------------------- |
 * | main.bin, channel-NN.bin                   | what the source sent on each connection, in order of acceptance   |
 * | return-path.bin, channel-NN.return.bin     | what the destination sent on it, where it sent something          |
 * | events.jsonl                               | the order in which all that arrived; see container/arrivals.ts    |
 * | capture.json                               | what the recorder knows; see `RecordingFacts`                     |
 */
import { closeSync, ftruncateSync, mkdirSync, readdirSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { OutputDirectory } from '../bytes/output-directory.js';
import { InputError } from '../finding.js';
import type { ChannelIdentity } from './connection-recorder.js';
import { filesIn } from './recording-file.js';
import type { EndReason } from './relay.js';
import { type OpenRecordingFile, type RecordingCut, WriteBudget, WriteQueue } from './write-queue.js';

const EVENTS_FILE = 'events.jsonl';
const FACTS_FILE = 'capture.json';
/** The names that a recorder gives, those of earlier recordings with them. */
const RECORDED = /^(main|return-path|channel-\d+(\.return)?)\.bin$|^events\.jsonl$|^capture\.json$/;

/** Room that is kept for capture.json, so that a full disk does not keep it from being written. */
const FACTS_ROOM = 1 << 16;
/** Text of events that is written at once. */
const EVENTS_CHUNK = 1 << 16;
/** Bytes of one connection that are told as one event, and the seconds that they may take. */
const MAX_EVENT = 1 << 20;
const MAX_EVENT_TIME = 0.005;

export interface RecordedDirection {
  readonly file: string;
  /** Bytes that passed; where the recording was cut, the file has fewer. */
  readonly bytes: number;
  /** Why it ended; missing while it is open. */
  readonly end?: EndReason;
}

export interface RecordedConnection extends Partial<ChannelIdentity> {
  readonly connection: number;
  readonly from: string;
  /** Seconds since the recorder started. */
  readonly opened: number;
  readonly closed?: number;
  readonly forward: RecordedDirection;
  readonly back?: RecordedDirection;
}

/** capture.json; docs/schema/capture.schema.json is its schema. */
export interface RecordingFacts {
  readonly schema: 'migscope/capture/1';
  readonly listen: string;
  /** Missing where there was no destination. */
  readonly forward?: string;
  /** ISO 8601. */
  readonly started: string;
  readonly ended?: string;
  /** Every connection was recorded from its first byte to its last. */
  readonly complete: boolean;
  readonly cut?: RecordingCut;
  readonly connections: readonly RecordedConnection[];
}

export interface RecordingOptions {
  readonly force?: boolean;
  readonly onCut?: (cut: RecordingCut) => void;
  /** Creates the files; in the directory unless given. */
  readonly open?: OpenRecordingFile;
}

export class Recording {
  readonly budget: WriteBudget;
  /** Creates the files of the channels. */
  readonly open: OpenRecordingFile;
  private readonly events: WriteQueue;
  private readonly facts: number;
  private lines = '';
  private event: { connection: number; back: boolean; offset: number; length: number; time: number } | undefined;

  /** @throws InputError when the directory cannot be used, or has a recording that is not to be overwritten */
  constructor(
    readonly path: string,
    { force = false, onCut = () => undefined, open }: RecordingOptions = {},
  ) {
    prepare(path, force);
    const directory = new OutputDirectory(path, [], { replace: false });
    this.budget = new WriteBudget(onCut);
    this.open = open ?? filesIn(directory);
    this.facts = directory.create(FACTS_FILE);
    this.events = new WriteQueue(EVENTS_FILE, this.open, this.budget);
  }

  accepted(connection: number, time: number): void {
    this.line({ t: time, ev: 'accept', conn: connection });
  }

  /** Events come in the order of their times. */
  arrived(connection: number, back: boolean, offset: number, length: number, time: number): void {
    const { event } = this;
    if (
      event?.connection === connection &&
      event.back === back &&
      event.length + length <= MAX_EVENT &&
      time - event.time < MAX_EVENT_TIME
    ) {
      event.length += length;
      return;
    }
    this.flushEvent();
    this.event = { connection, back, offset, length, time };
  }

  ended(connection: number, back: boolean, reason: EndReason, time: number): void {
    this.line({ t: time, ev: reason === 'closed' ? 'eof' : 'error', conn: connection, dir: direction(back) });
  }

  /** Writes what is left, and capture.json last of all; returns what it says. */
  async finish(facts: RecordingFacts): Promise<RecordingFacts> {
    this.flushEvent();
    this.flushLines();
    await this.events.finish();
    const { cut } = this.budget;
    const last = { ...facts, ...(cut && { cut, complete: false }) };
    this.writeFacts(last);
    closeSync(this.facts);
    return last;
  }

  /** Writes capture.json as far as it is known. Room is kept for it to be written again on a full disk. */
  writeFacts(facts: RecordingFacts): void {
    const text = Buffer.from(`${JSON.stringify(facts, null, 1)}\n`);
    try {
      if (facts.ended === undefined)
        writeSync(this.facts, Buffer.alloc(Math.max(FACTS_ROOM, text.length), ' '), 0, null, 0);
      writeSync(this.facts, text, 0, null, 0);
      if (facts.ended !== undefined) ftruncateSync(this.facts, text.length);
    } catch (error) {
      this.budget.fail({ file: FACTS_FILE, offset: 0, reason: (error as Error).message });
    }
  }

  private line(value: Record<string, unknown>): void {
    this.flushEvent();
    this.lines += `${JSON.stringify(value)}\n`;
    if (this.lines.length > EVENTS_CHUNK) this.flushLines();
  }

  private flushEvent(): void {
    const { event } = this;
    if (!event) return;
    const { connection, back, offset, length, time } = event;
    this.event = undefined;
    this.lines += `${JSON.stringify({ t: time, ev: 'data', conn: connection, dir: direction(back), off: offset, len: length })}\n`;
    if (this.lines.length > EVENTS_CHUNK) this.flushLines();
  }

  private flushLines(): void {
    if (this.lines === '') return;
    this.events.push(Buffer.from(this.lines));
    this.lines = '';
  }
}

const direction = (back: boolean): string => (back ? 's2c' : 'c2s');

/** Makes the directory, and clears it of an earlier recording. */
function prepare(path: string, force: boolean): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isDirectory()) throw new InputError(`${path} is no directory`);
  mkdirSync(path, { recursive: true });
  const earlier = readdirSync(path).filter((name) => RECORDED.test(name));
  if (earlier.length === 0) return;
  if (!force) {
    throw new InputError(
      `${path} has a recording: ${earlier[0]} is there already`,
      'name another directory, or say --force to have it overwritten',
    );
  }
  for (const name of earlier) unlinkSync(join(path, name));
}
