import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Capture, captureOfFiles, listChannels } from '../../src/container/capture.js';
import { InputError } from '../../src/finding.js';
import { problemFinding } from '../../src/problems.js';
import { bytes } from '../stream/sections/harness.js';

const MAIN = bytes('"QEVM" 00000003 00');
const RETURN_PATH = bytes('0002 0004 00000001 0001 0004 00000000');
const RECOVERY = bytes('08 000a 0007 06 "pc.ram"');
const PREEMPT = bytes('0000000000000010');
const EMPTY = bytes('');

function multifd(id: number, uuid = '00'.repeat(16)): Buffer {
  const packet = Buffer.alloc(64);
  bytes(`11223344 00000001 ${uuid}`).copy(packet);
  packet[24] = id;
  return packet;
}

const made: string[] = [];

function directory(files: Record<string, Uint8Array>): string {
  const path = mkdtempSync(join(tmpdir(), 'migscope-capture-'));
  made.push(path);
  for (const [name, data] of Object.entries(files)) writeFileSync(join(path, name), data);
  return path;
}

afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true });
});

const list = (files: Record<string, Uint8Array>): Promise<Capture> => listChannels(directory(files));
const roles = ({ channels }: Capture): unknown[] => channels.map(({ name, role }) => [name, role]);
const notes = ({ notes: all }: Capture): unknown[] => all.map(({ rule, message, channel }) => [rule, message, channel]);

describe('a capture directory', () => {
  it('has the main channel first and the others in natural order', async () => {
    const capture = await list({
      'return-path.bin': RETURN_PATH,
      'channel-10.bin': multifd(1),
      'channel-2.bin': multifd(0),
      'channel-3.bin': RECOVERY,
      'channel-3.return.bin': RETURN_PATH,
      'channel-4.bin': PREEMPT,
      'channel-5.bin': EMPTY,
      'main.bin': MAIN,
      'cpr.bin': bytes('"QCPR" 00000001 00'),
      'events.jsonl': EMPTY,
      'capture.json': EMPTY,
      'notes.txt': EMPTY,
    });
    expect(roles(capture)).toEqual([
      ['main.bin', 'main'],
      ['channel-2.bin', 'multifd'],
      ['channel-3.bin', 'recovery-main'],
      ['channel-3.return.bin', 'return-path'],
      ['channel-4.bin', 'preempt'],
      ['channel-5.bin', 'preempt'],
      ['channel-10.bin', 'multifd'],
      ['cpr.bin', 'cpr'],
      ['return-path.bin', 'return-path'],
    ]);
    expect(capture.notes).toEqual([]);
    expect(capture.events).toBe(join(capture.name, 'events.jsonl'));
    expect(capture.facts).toBe(join(capture.name, 'capture.json'));
    expect(capture.channels[1]).toEqual({
      name: 'channel-2.bin',
      path: join(capture.name, 'channel-2.bin'),
      bytes: 64,
      role: 'multifd',
      layers: ['file'],
      multifd: { id: 0, uuid: '00000000-0000-0000-0000-000000000000' },
    });
  });

  it('goes by the bytes of a file, not by its name', async () => {
    const capture = await list({ 'main.bin': multifd(0), 'channel-01.bin': MAIN, 'return-path.bin': PREEMPT });
    expect(capture.channels.map(({ role }) => role)).toEqual(['multifd', 'main', 'preempt']);
    expect(notes(capture)).toEqual([
      ['capture-name', 'main.bin is a multifd channel', 'main.bin'],
      ['capture-name', 'return-path.bin is a preempt channel', 'return-path.bin'],
    ]);
  });

  it('says that the main channel is missing, and why', async () => {
    expect(notes(await list({}))[0]).toEqual(['capture-main', 'no main channel: there is no file *.bin', made[0]]);
    const message = async (files: Record<string, Uint8Array>): Promise<unknown> =>
      (await list(files)).notes[0]?.message;
    expect(await message({ 'main.bin': EMPTY, 'channel-01.bin': multifd(0) })).toBe(
      'no main channel: main.bin is empty',
    );
    expect(await message({ 'channel-01.bin': RECOVERY })).toBe(
      'no main channel: channel-01.bin does not start with QEVM',
    );
    expect(await message({ 'channel-01.bin': multifd(0), 'channel-02.bin': multifd(1) })).toBe(
      'no main channel: none of 2 files starts with QEVM',
    );
  });

  it('says which files do not belong together', async () => {
    const other = '11'.repeat(16);
    const capture = await list({
      'main.bin': MAIN,
      'channel-01.bin': multifd(0),
      'channel-02.bin': MAIN,
      'channel-03.bin': multifd(0),
      'channel-04.bin': multifd(1, other),
    });
    expect(notes(capture)).toEqual([
      ['capture-main', 'channel-02.bin starts with QEVM: it is a main channel, and so is main.bin', 'channel-02.bin'],
      ['capture-multifd', 'channel-03.bin and channel-01.bin are both multifd channel 0', 'channel-03.bin'],
      [
        'capture-multifd',
        'channel-04.bin is of the guest 11111111-1111-1111-1111-111111111111, channel-01.bin of 00000000-0000-0000-0000-000000000000',
        'channel-04.bin',
      ],
    ]);
    expect(capture.notes[1]?.related).toEqual([{ message: 'the other one', channel: 'channel-01.bin', offset: 24 }]);
    expect(capture.channels).toHaveLength(5);
  });

  it('goes on behind a file that is no channel', async () => {
    const capture = await list({
      'main.bin': MAIN,
      'channel-01.bin': bytes('"hello, world"'),
      'channel-02.bin': bytes('1f8b0800'),
      'channel-03.bin': Buffer.alloc(100),
      'return-path.bin': RETURN_PATH,
    });
    expect(capture.channels.map(({ role }) => role)).toEqual(['main', undefined, undefined, undefined, 'return-path']);
    expect(capture.notes.map(({ rule, channel }) => [rule, channel])).toEqual([
      ['capture-file', 'channel-01.bin'],
      ['capture-file', 'channel-02.bin'],
      ['capture-file', 'channel-03.bin'],
    ]);
    expect(capture.notes[1]?.message).toMatch(/^channel-02.bin holds nothing that can be read: gzip: /);
  });

  it('leaves directories and dangling links alone, and follows the others', async () => {
    const path = directory({ 'main.bin': MAIN });
    mkdirSync(join(path, 'folder.bin'));
    symlinkSync(join(path, 'nowhere'), join(path, 'channel-01.bin'));
    symlinkSync(join(path, 'main.bin'), join(path, 'channel-02.bin'));
    expect(roles(await listChannels(path))).toEqual([
      ['main.bin', 'main'],
      ['channel-02.bin', 'main'],
    ]);
  });

  it('that is none', async () => {
    const path = directory({ 'main.bin': MAIN });
    await expect(listChannels(join(path, 'nowhere'))).rejects.toThrow(InputError);
    await expect(listChannels(join(path, 'main.bin'))).rejects.toThrow('is not a directory');
  });

  it('has notes that make findings', async () => {
    const [note] = (await list({})).notes;
    expect(problemFinding(note!.rule, note!.message, note!, note)).toMatchObject({ code: 'MIG195', severity: 'error' });
  });
});

describe('a list of files', () => {
  it('is a capture in its own order', async () => {
    const path = directory({ 'a.bin': RETURN_PATH, 'b.bin': MAIN });
    const files = [join(path, 'b.bin'), join(path, 'a.bin'), join(path, 'nowhere')];
    const capture = await captureOfFiles(files);
    expect(capture.name).toBe(files[0]);
    expect(roles(capture)).toEqual([
      [files[0], 'main'],
      [files[1], 'return-path'],
      [files[2], undefined],
    ]);
    expect(notes(capture)).toEqual([['capture-file', `${files[2]}: no such file`, files[2]]]);
  });
});
