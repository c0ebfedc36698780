import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recording, type RecordingFacts } from '../../src/capture/recording.js';
import { WriteQueue } from '../../src/capture/write-queue.js';
import { readArrivals } from '../../src/container/arrivals.js';
import { InputError } from '../../src/finding.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-recording-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FACTS: RecordingFacts = {
  schema: 'migscope/capture/1',
  listen: 'tcp:127.0.0.1:4444',
  started: '2020-01-01T00:00:00.000Z',
  complete: true,
  connections: [],
};
const readFacts = (): unknown => JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8'));

async function write({ open, budget }: Recording, name: string, text: string): Promise<void> {
  const queue = new WriteQueue(name, open, budget);
  queue.push(Buffer.from(text));
  await queue.finish();
}

describe('a recording', () => {
  it('has a file for each direction, the order of arrival, and what is known', async () => {
    const recording = new Recording(folder);
    recording.writeFacts(FACTS);
    expect(readFacts()).toEqual(FACTS);
    recording.accepted(0, 0.5);
    await write(recording, 'main.bin', 'QEVMmore');
    recording.arrived(0, false, 0, 4, 0.501);
    recording.arrived(0, false, 4, 4, 0.502);
    recording.arrived(0, true, 0, 6, 0.503);
    recording.arrived(0, true, 6, 1, 0.513);
    recording.ended(0, false, 'closed', 1);
    recording.ended(0, true, 'reset', 2);
    const ended = { ...FACTS, ended: '2020-01-01T00:00:01.000Z' };
    expect(await recording.finish(ended)).toEqual(ended);
    expect(readFacts()).toEqual(ended);
    expect(readFileSync(join(folder, 'main.bin'), 'utf8')).toBe('QEVMmore');
    const arrivals: unknown[] = [];
    for await (const { file, offset, length, time } of readArrivals(join(folder, 'events.jsonl')))
      arrivals.push([file, offset, length, time]);
    // What one direction says in a row is one event, for a while.
    expect(arrivals).toEqual([
      ['main.bin', 0, 8, 0.501],
      ['return-path.bin', 0, 6, 0.503],
      ['return-path.bin', 6, 1, 0.513],
    ]);
    const events = readFileSync(join(folder, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { ev: string; t: number })
      .map(({ ev, t }) => [ev, t]);
    expect(events.filter(([ev]) => ev !== 'data')).toEqual([
      ['accept', 0.5],
      ['eof', 1],
      ['error', 2],
    ]);
  });

  it('that was cut says so in its facts, on a full disk too', async () => {
    const recording = new Recording(folder, { open: () => Promise.reject(new Error('no space left on device')) });
    recording.writeFacts(FACTS);
    await write(recording, 'main.bin', 'QEVM');
    const cut = { file: 'main.bin', offset: 0, reason: 'no space left on device' };
    expect(await recording.finish({ ...FACTS, ended: 'now' })).toEqual({
      ...FACTS,
      ended: 'now',
      complete: false,
      cut,
    });
    expect(readFacts()).toMatchObject({ complete: false, cut });
  });
});

describe('the directory of a recording', () => {
  it('is made', () => {
    const inner = join(folder, 'a', 'b');
    new Recording(inner);
    expect(readdirSync(inner)).toEqual(['capture.json']);
  });

  it('with another recording is left alone, unless it is to be overwritten', () => {
    for (const name of ['main.bin', 'channel-03.return.bin', 'notes.txt']) writeFileSync(join(folder, name), 'old');
    expect(() => new Recording(folder)).toThrow(InputError);
    expect(() => new Recording(folder)).toThrow(`${folder} has a recording: `);
    new Recording(folder, { force: true });
    expect(readdirSync(folder).sort()).toEqual(['capture.json', 'notes.txt']);
  });

  it('is not followed out of', () => {
    const outside = join(folder, 'outside');
    const inside = join(folder, 'inside');
    mkdirSync(inside);
    writeFileSync(outside, 'precious');
    symlinkSync(outside, join(inside, 'main.bin'));
    new Recording(inside, { force: true });
    expect(readFileSync(outside, 'utf8')).toBe('precious');
    expect(existsSync(join(inside, 'main.bin'))).toBe(false);
  });

  it('is no file', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => new Recording(join(folder, 'file'))).toThrow('is no directory');
  });
});
