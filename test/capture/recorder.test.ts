/** The recorder between sockets of the test's own. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RecordOptions, recordMigration, type Recorder } from '../../src/capture/recorder.js';
import type { RecordingCut, RecordingFile } from '../../src/capture/write-queue.js';
import { openCapture } from '../../src/read-capture.js';
import { InputError, UsageError } from '../../src/finding.js';
import { noise } from '../build/bytes.js';
import { initialPacket } from '../build/multifd.js';
import { readFixture } from '../fixtures.js';
import { expectValid } from '../report/schemas.js';
import { closed, connectTo, Destination, until } from './sockets.js';

let folder: string;
let out: string;
let destination: Destination;
let recorder: Recorder | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-recorder-'));
  out = join(folder, 'out');
  destination = await Destination.listen();
});
afterEach(() => {
  recorder?.abort();
  recorder = undefined;
  destination.close();
  rmSync(folder, { recursive: true, force: true });
});

async function record(options: Partial<RecordOptions> = {}): Promise<Recorder> {
  const { forward = destination.address, ...more } = options;
  recorder = await recordMigration({ listen: '0', forward, directory: out, ...more });
  return recorder;
}

const file = (name: string): Buffer => readFileSync(join(out, name));
const PONG = Buffer.from('0002000400000001', 'hex');

/** Closes a connection from both sides, and waits for that. */
async function close(source: Socket, other: Socket): Promise<void> {
  source.end();
  other.end();
  await Promise.all([closed(source), closed(other)]);
}

describe('a connection that is recorded', () => {
  it.each(['TCP', 'UNIX'])('over %s passes both ways and is written down', async (kind) => {
    const unix = kind === 'UNIX';
    const target = unix ? await Destination.listen(join(folder, 'dst')) : destination;
    const { address, finished, stop } = await record({
      forward: target.address,
      ...(unix && { listen: `unix:${join(folder, 'src')}` }),
    }).then((made) => ({ address: made.address, finished: made.finished, stop: () => made.stop() }));
    const stream = readFixture('microvm-7.2');
    const source = await connectTo(address);
    source.write(stream);
    const other = await target.socket(0);
    await until(() => target.bytes(0).length === stream.length);
    const answers: Buffer[] = [];
    source.on('data', (chunk: Buffer) => answers.push(chunk));
    other.write(PONG);
    await until(() => answers.length > 0);
    await close(source, other);
    stop();
    const { facts } = await finished;
    expect(target.bytes(0).equals(stream)).toBe(true);
    expect(Buffer.concat(answers).equals(PONG)).toBe(true);
    expect(file('main.bin').equals(stream)).toBe(true);
    expect(file('return-path.bin').equals(PONG)).toBe(true);
    expect(facts).toMatchObject({
      complete: true,
      listen: address,
      connections: [
        {
          connection: 0,
          role: 'main',
          forward: { file: 'main.bin', bytes: stream.length, end: 'closed' },
          back: { file: 'return-path.bin', bytes: 8, end: 'closed' },
        },
      ],
    });
    expect(JSON.parse(file('capture.json').toString())).toEqual(facts);
    expectValid('capture', facts);
    target.close();
  });

  it('passes a half-close on, and goes on the other way', async () => {
    const { address } = await record();
    const source = await connectTo(address);
    const answers: Buffer[] = [];
    source.on('data', (chunk: Buffer) => answers.push(chunk));
    source.end('QEVM');
    const other = await destination.socket(0);
    await new Promise((resolve) => other.once('end', resolve));
    other.write('still here');
    await until(() => answers.length > 0);
    other.end(', done');
    await closed(source);
    expect(Buffer.concat(answers).toString()).toBe('still here, done');
    recorder!.stop();
    const { facts } = await recorder!.finished;
    expect(facts.connections[0]).toMatchObject({ forward: { end: 'closed' }, back: { end: 'closed', bytes: 16 } });
  });

  it.each(['source', 'destination'])('passes a reset of the %s on', async (side) => {
    const { address } = await record();
    const source = await connectTo(address);
    source.write('QEVM');
    const other = await destination.socket(0);
    await until(() => destination.bytes(0).length === 4);
    const [first, second] = side === 'source' ? [source, other] : [other, source];
    const error = new Promise<NodeJS.ErrnoException>((resolve) => second.once('error', resolve));
    first.resetAndDestroy();
    expect((await error).code).toBe('ECONNRESET');
    recorder!.stop();
    const { facts } = await recorder!.finished;
    expect(facts).toMatchObject({ complete: true, connections: [{ forward: { bytes: 4, end: 'reset' } }] });
  });

  it('holds a source whose destination is slow', async () => {
    const { address } = await record();
    const source = await connectTo(address);
    const other = await destination.socket(0);
    other.pause();
    const chunk = noise(1 << 20);
    let written = 0;
    let drained = true;
    // Until the buffers of all sockets on the way are full.
    for (let i = 0; i < 200 && drained; i++) {
      written += chunk.length;
      if (!source.write(chunk)) {
        drained = await Promise.race([
          new Promise<boolean>((resolve) => source.once('drain', () => resolve(true))),
          new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
        ]);
      }
    }
    expect(drained).toBe(false);
    expect(recorder!.connections()[0]!.forward.bytes).toBeLessThan(written);
    other.resume();
    await until(() => destination.bytes(0).length === written);
    await close(source, other);
    recorder!.stop();
    await recorder!.finished;
    expect(file('main.bin').equals(destination.bytes(0))).toBe(true);
  });
});

describe('a migration that is recorded', () => {
  it('has hundreds of channels, in the order in which they were accepted', async () => {
    const { address } = await record();
    const sockets: Socket[] = [];
    for (let i = 0; i < 200; i++) sockets.push(await connectTo(address));
    sockets.forEach((socket, i) => socket.write(i === 0 ? readFixture('microvm-7.2') : initialPacket({ id: i - 1 })));
    await destination.socket(199);
    await until(
      () => recorder!.connections().every(({ forward }) => forward.bytes > 0) && recorder!.connections().length === 200,
    );
    await Promise.all(sockets.map(async (socket, i) => close(socket, await destination.socket(i))));
    recorder!.stop();
    const { facts } = await recorder!.finished;
    expect(facts.connections.map(({ multifd }) => multifd?.id)).toEqual([
      undefined,
      ...Array.from({ length: 199 }, (_, i) => i),
    ]);
    // A destination tells early releases' channels apart by their order alone.
    expect(destination.bytes(57)[24]).toBe(56);
    const capture = await openCapture(out);
    expect(capture.notes).toEqual([]);
    expect(capture.channels.length).toBe(200);
  });

  it('tells of what happens', async () => {
    const seen: string[] = [];
    await record({
      listener: {
        connection: ({ forward, role, closed: end }) =>
          seen.push(`${forward.file} ${role} ${end === undefined ? 'open' : 'closed'}`),
      },
    });
    const source = await connectTo(recorder!.address);
    source.write(initialPacket({ id: 3 }).subarray(0, 20));
    await until(() => recorder!.connections()[0]?.forward.bytes === 20);
    source.write(initialPacket({ id: 3 }).subarray(20));
    await until(() => recorder!.connections()[0]!.forward.bytes === 64);
    await close(source, await destination.socket(0));
    recorder!.stop();
    await recorder!.finished;
    expect(seen).toEqual(['main.bin undefined open', 'main.bin multifd open', 'main.bin multifd closed']);
  });

  it('without a destination is written down too', async () => {
    recorder = await recordMigration({ listen: '0', directory: out });
    const source = await connectTo(recorder.address);
    source.resume();
    source.end(readFixture('microvm-7.2'));
    await closed(source);
    recorder.stop();
    const { facts } = await recorder.finished;
    expect(facts).not.toHaveProperty('forward');
    expect(file('main.bin').equals(readFixture('microvm-7.2'))).toBe(true);
    expect(readdirSync(out).sort()).toEqual(['capture.json', 'events.jsonl', 'main.bin']);
  });

  it('whose destination cannot be reached is refused', async () => {
    const reasons: string[] = [];
    destination.close();
    await record({ listener: { refused: (reason) => reasons.push(reason) } });
    const source = await connectTo(recorder!.address);
    await closed(source);
    recorder!.stop();
    const { facts } = await recorder!.finished;
    expect(reasons).toEqual([expect.stringContaining('ECONNREFUSED')]);
    expect(facts).toMatchObject({ complete: false, connections: [] });
  });

  it('that is stopped goes on to its end, and that is aborted does not', async () => {
    await record();
    const source = await connectTo(recorder!.address);
    source.write('QEVM');
    const other = await destination.socket(0);
    recorder!.stop();
    await expect(connectTo(recorder!.address)).rejects.toThrow('ECONNREFUSED');
    source.write(' and more');
    await until(() => destination.bytes(0).length === 13);
    recorder!.abort();
    other.end();
    await closed(other);
    const { facts } = await recorder!.finished;
    expect(facts).toMatchObject({ complete: false, connections: [{ forward: { bytes: 13, end: 'stopped' } }] });
  });
});

/** A disk with this much room. */
function smallDisk(room: number): (name: string) => Promise<RecordingFile> {
  let left = room;
  return (name) => {
    const chunks: Uint8Array[] = [];
    const made = {
      written: 0,
      write(some: readonly Uint8Array[]): Promise<void> {
        for (const chunk of some) {
          const part = chunk.subarray(0, left);
          chunks.push(Uint8Array.from(part));
          made.written += part.length;
          left -= part.length;
          if (part.length < chunk.length) return Promise.reject(new Error('ENOSPC: no space left on device, write'));
        }
        return Promise.resolve();
      },
      close(): Promise<void> {
        writeFileSync(join(out, name), Buffer.concat(chunks));
        return Promise.resolve();
      },
    };
    return Promise.resolve(made);
  };
}

/** A disk that writes nothing until it is told to. */
function stuckDisk(): { readonly open: (name: string) => Promise<RecordingFile>; go(): void } {
  let going = false;
  let waiting: (() => void)[] = [];
  const allowed = (): Promise<void> => (going ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)));
  return {
    open: () => {
      const made = {
        written: 0,
        async write(chunks: readonly Uint8Array[]): Promise<void> {
          await allowed();
          made.written += chunks.reduce((sum, { length }) => sum + length, 0);
        },
        close: () => Promise.resolve(),
      };
      return Promise.resolve(made);
    },
    go() {
      going = true;
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}

describe('a disk', () => {
  it('that is full does not end the migration, and the recording says that it is cut', async () => {
    const cuts: RecordingCut[] = [];
    await record({ openFile: smallDisk(100_000), listener: { cut: (cut) => cuts.push(cut) } });
    const stream = readFixture('microvm-7.2');
    const source = await connectTo(recorder!.address);
    source.write(stream);
    await until(() => destination.bytes(0).length === stream.length);
    await close(source, await destination.socket(0));
    recorder!.stop();
    const { facts } = await recorder!.finished;
    const cut = { file: 'main.bin', offset: 100_000, reason: 'ENOSPC: no space left on device, write' };
    expect(cuts).toEqual([cut]);
    expect(facts).toMatchObject({
      complete: false,
      cut,
      connections: [{ forward: { bytes: stream.length, end: 'closed' } }],
    });
    expect(file('main.bin').equals(stream.subarray(0, 100_000))).toBe(true);
    const { notes } = await openCapture(out);
    expect(notes).toMatchObject([{ rule: 'recording-cut', channel: 'main.bin', offset: 100_000 }]);
  });

  it('that is slow holds the source, so that memory is bounded', async () => {
    const disk = stuckDisk();
    await record({ openFile: disk.open });
    const source = await connectTo(recorder!.address);
    const total = 80 << 20;
    const chunk = Buffer.alloc(1 << 20);
    const sent = (async () => {
      for (let at = 0; at < total; at += chunk.length)
        if (!source.write(chunk)) await new Promise((resolve) => source.once('drain', resolve));
    })();
    await until(
      () =>
        recorder!.connections()[0]?.forward.bytes !== undefined && recorder!.connections()[0]!.forward.bytes > 32 << 20,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(recorder!.connections()[0]!.forward.bytes).toBeLessThan(40 << 20);
    disk.go();
    await sent;
    await until(() => recorder!.connections()[0]!.forward.bytes === total);
    await close(source, await destination.socket(0));
    recorder!.stop();
    expect((await recorder!.finished).facts.complete).toBe(true);
  });
});

describe('a recorder', () => {
  it('refuses what it cannot use', async () => {
    const { address } = await record();
    const port = /\d+$/.exec(address)![0];
    await expect(recordMigration({ listen: port, directory: join(folder, 'b') })).rejects.toThrow(
      /^cannot listen on tcp:127\.0\.0\.1:\d+: .*EADDRINUSE/,
    );
    await expect(recordMigration({ listen: '0', directory: out })).rejects.toThrow(InputError);
    await expect(recordMigration({ listen: 'nowhere', directory: out })).rejects.toThrow(UsageError);
    const openFile = smallDisk(0);
    await expect(recordMigration({ listen: '0', directory: out, openFile, processes: 1 })).rejects.toThrow(UsageError);
    const path = join(folder, 'file');
    writeFileSync(path, '');
    for (const force of [true, false])
      await expect(recordMigration({ listen: `unix:${path}`, directory: join(folder, 'c'), force })).rejects.toThrow(
        `${path} is there already`,
      );
    recorder!.stop();
    expect((await recorder!.finished).facts.complete).toBe(false);
  });

  it('overwrites an earlier recording when it is told to', async () => {
    const first = await record();
    first.stop();
    await first.finished;
    const again = await record({ force: true });
    again.stop();
    expect((await again.finished).facts.connections).toEqual([]);
  });
});
