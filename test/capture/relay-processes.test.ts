/** Processes are those of the built program; what starts them is tested as it is written. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathOrPort, parseAddress } from '../../src/capture/address.js';
import type { ConnectionReports } from '../../src/capture/connection-recorder.js';
import { RelayProcesses } from '../../src/capture/relay-processes.js';
import type { RecordingCut } from '../../src/capture/write-queue.js';
import { noise } from '../build/bytes.js';
import { initialPacket } from '../build/multifd.js';
import { closed, connectTo, Destination, until } from './sockets.js';

const ENTRY = pathToFileURL(join(import.meta.dirname, '../../dist/capture/relay-process.js'));

let folder: string;
let destination: Destination;
let server: Server;
let relays: RelayProcesses;
let heard: Heard;
let cuts: RecordingCut[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-processes-'));
  destination = await Destination.listen();
  heard = new Heard();
  cuts = [];
});
afterEach(async () => {
  server?.close();
  relays.abort();
  await relays.finish();
  destination.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Keeps all that is told, and how much of each direction has come. */
class Heard implements ConnectionReports {
  readonly all: [what: string, connection: number, time?: number][] = [];
  readonly bytes = new Map<string, number>();
  readonly identities: unknown[] = [];
  readonly reasons: string[] = [];
  readonly inFile = new Map<string, number>();

  opened(connection: number, time: number): void {
    this.all.push(['opened', connection, time]);
  }
  arrived(connection: number, back: boolean, length: number, time: number): void {
    this.all.push([back ? 'back' : 'forward', connection, time]);
    const direction = `${connection}${back ? ' back' : ''}`;
    this.bytes.set(direction, (this.bytes.get(direction) ?? 0) + length);
  }
  recognised(connection: number, identity: object): void {
    this.identities.push({ connection, ...identity });
  }
  ended(connection: number, back: boolean, reason: string, time: number): void {
    this.all.push(['ended', connection, time]);
    this.reasons.push(`${connection}${back ? ' back' : ''} ${reason}`);
  }
  written(connection: number, back: boolean, bytes: number): void {
    this.inFile.set(`${connection}${back ? ' back' : ''}`, bytes);
  }
  closed(connection: number, time: number): void {
    this.all.push(['closed', connection, time]);
  }

  count(what: string): number {
    return this.all.filter(([name]) => name === what).length;
  }
}

/** Listens, and hands over what connects, one after the other. */
async function start(options: { count?: number; forward?: string; listen?: string; entry?: URL } = {}): Promise<{
  address: string;
  refused: string[];
}> {
  const { count = 2, forward = destination.address, listen = '127.0.0.1:0', entry = ENTRY } = options;
  const onCut = (cut: RecordingCut): void => void cuts.push(cut);
  const started = process.hrtime.bigint();
  relays = new RelayProcesses(
    { count, directory: folder, forward: parseAddress(forward, 'forward'), started, onCut, entry },
    heard,
  );
  server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const refused: string[] = [];
  let connection = 0;
  let opening = Promise.resolve();
  server.on('connection', (socket) => {
    opening = opening
      .then(() => relays.open(connection, socket))
      .then(
        () => void connection++,
        (error: Error) => void refused.push(error.message),
      );
  });
  server.listen(pathOrPort(parseAddress(listen, 'listen')));
  await new Promise((resolve) => server.once('listening', resolve));
  const bound = server.address();
  return { address: typeof bound === 'string' ? `unix:${bound}` : `127.0.0.1:${bound!.port}`, refused };
}

const file = (name: string): Buffer => readFileSync(join(folder, name));

describe('processes that relay', () => {
  it.each(['TCP', 'UNIX'])('pass what comes over %s both ways, and write it down', async (kind) => {
    const unix = kind === 'UNIX';
    const target = unix ? await Destination.listen(join(folder, 'dst')) : destination;
    const { address } = await start({
      forward: target.address,
      ...(unix && { listen: `unix:${join(folder, 'src')}` }),
    });
    const sent = noise(3_000_000);
    const source = await connectTo(address);
    const answers: Buffer[] = [];
    source.on('data', (chunk: Buffer) => answers.push(chunk));
    // A half-close; the other way goes on.
    source.end(sent);
    const other = await target.socket(0);
    await until(() => target.bytes(0).length === sent.length);
    other.end('answer');
    await closed(source);
    await until(() => heard.count('closed') === 1);
    expect(target.bytes(0).equals(sent)).toBe(true);
    expect(Buffer.concat(answers).toString()).toBe('answer');
    expect(file('main.bin').equals(sent)).toBe(true);
    expect(file('return-path.bin').toString()).toBe('answer');
    expect(heard.bytes).toEqual(
      new Map([
        ['0', sent.length],
        ['0 back', 6],
      ]),
    );
    expect(heard.inFile).toEqual(heard.bytes);
    expect(heard.reasons).toEqual(['0 closed', '0 back closed']);
    target.close();
  });

  it('keep the order of what happens in different ones', async () => {
    const { address } = await start({ count: 3 });
    const sources: Socket[] = [];
    for (let i = 0; i < 6; i++) {
      sources.push(await connectTo(address));
      await destination.socket(i);
    }
    // One writes when what the one before it has written is there.
    for (let turn = 0; turn < 30; turn++) {
      const i = turn % 6;
      const before = destination.bytes(i).length;
      sources[i]!.write(initialPacket({ id: i }));
      await until(() => destination.bytes(i).length > before);
    }
    for (const [i, source] of sources.entries()) {
      source.end();
      destination.sockets[i]!.end();
      await closed(source);
    }
    await until(() => heard.count('closed') === 6);
    expect(heard.all.filter(([what]) => what === 'forward').map(([, connection]) => connection)).toEqual(
      Array.from({ length: 30 }, (_, turn) => turn % 6),
    );
    const times = heard.all.map(([, , time]) => time!);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const identified = heard.identities.filter((identity) => Object.hasOwn(identity as object, 'multifd'));
    expect(identified.map((identity) => (identity as { connection: number }).connection)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('pass resets on', async () => {
    const { address } = await start();
    const source = await connectTo(address);
    source.write('QEVM');
    const other = await destination.socket(0);
    await until(() => destination.bytes(0).length === 4);
    const error = new Promise<NodeJS.ErrnoException>((resolve) => other.once('error', resolve));
    source.resetAndDestroy();
    expect((await error).code).toBe('ECONNRESET');
    await until(() => heard.count('closed') === 1);
    expect(heard.reasons).toEqual(['0 reset']);
  });

  it('refuse a connection whose destination cannot be reached, and take the next', async () => {
    const path = join(folder, 'dst');
    const { address, refused } = await start({ forward: `unix:${path}` });
    await closed(await connectTo(address));
    await until(() => refused.length > 0);
    expect(refused).toEqual([expect.stringMatching(/^the destination cannot be reached: .*ENOENT/)]);
    const late = await Destination.listen(path);
    const source = await connectTo(address);
    source.write('QEVM');
    await late.socket(0);
    await until(() => heard.bytes.get('0') === 4);
    expect(heard.all[0]).toEqual(['opened', 0, expect.any(Number)]);
    late.close();
  });

  it('go on relaying when one cannot write, and say where the recording is cut', async () => {
    const { address } = await start();
    mkdirSync(join(folder, 'channel-01.bin'));
    const sources = [await connectTo(address), await connectTo(address)];
    for (const [i, source] of sources.entries()) {
      await destination.socket(i);
      source.write('QEVM');
      await until(() => destination.bytes(i).length === 4);
    }
    await until(() => cuts.length > 0);
    expect(cuts).toEqual([
      { file: 'channel-01.bin', offset: 0, reason: expect.stringContaining('is a directory') as string },
    ]);
    relays.cut(cuts[0]!);
    sources[0]!.write('more');
    await until(() => heard.bytes.get('0') === 8);
    expect(destination.bytes(0).toString()).toBe('QEVMmore');
    sources.forEach((source) => source.end());
    destination.sockets.forEach((socket) => socket.end());
    await until(() => heard.count('closed') === 2);
    expect(file('main.bin').toString()).toBe('QEVM');
  });

  it('that end are told of: what they relayed is over, and the others go on', async () => {
    const entry = join(folder, 'named.mjs');
    const name = `({ kind, connection }) => kind === 'open' && writeFileSync(${JSON.stringify(folder)} + '/pid-' + connection, '' + process.pid)`;
    writeFileSync(
      entry,
      `import ${JSON.stringify(ENTRY.href)};\nimport { writeFileSync } from 'node:fs';\nprocess.on('message', ${name});\n`,
    );
    const { address, refused } = await start({ entry: pathToFileURL(entry) });
    const sources = [await connectTo(address), await connectTo(address)];
    for (const [i, source] of sources.entries()) {
      source.write('QEVM');
      await destination.socket(i);
      await until(() => heard.inFile.get(String(i)) === 4);
    }
    // One way has ended by itself.
    destination.sockets[0]!.end('answer');
    await until(() => heard.reasons.length > 0);
    const kill = (connection: number): void =>
      void process.kill(Number(file(`pid-${connection}`).toString()), 'SIGKILL');
    kill(0);
    await until(() => heard.count('closed') === 1);
    expect(heard.reasons).toEqual(['0 back closed', '0 stopped']);
    const reason = 'the process that relayed it has ended (SIGKILL)';
    expect(cuts).toEqual([{ file: 'main.bin', offset: 4, reason }]);
    sources[1]!.write('more');
    const third = await connectTo(address);
    third.write('QEVM');
    await until(() => destination.bytes(1).length === 8 && heard.bytes.get('2') === 4);
    kill(1);
    await until(() => heard.count('closed') === 3);
    await connectTo(address).then(closed, () => undefined);
    await until(() => refused.length > 0);
    expect(refused).toEqual(['no process is left that could relay it']);
  });

  it('close what is open when they are told to', async () => {
    const { address } = await start();
    for (const i of [0, 1]) {
      await connectTo(address);
      await until(() => heard.count('opened') > i);
    }
    relays.abort();
    await until(() => heard.count('closed') === 2);
    expect(heard.reasons.sort()).toEqual(['0 stopped', '1 stopped']);
  });
});
