import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAddress } from '../../src/capture/address.js';
import { ConnectionRecorder, type ConnectionReports } from '../../src/capture/connection-recorder.js';
import { type RecordingFile, WriteBudget } from '../../src/capture/write-queue.js';
import { initialPacket } from '../build/multifd.js';
import { closed, Destination, until } from './sockets.js';

/** Keeps what is told, and what is written. */
function made(forward?: string) {
  const told: string[] = [];
  const files = new Map<string, string>();
  const reports: ConnectionReports = {
    opened: (connection) => void told.push(`opened ${connection}`),
    arrived: (connection, back, length, time) =>
      void told.push(`${connection} ${back ? 'back' : 'there'} ${length} at ${time}`),
    recognised: (connection, { role, multifd }) => void told.push(`${connection} is ${role} ${multifd?.id}`),
    ended: (connection, back, reason) => void told.push(`${connection} ${back ? 'back' : 'there'} ${reason}`),
    written: (connection, back, bytes) => void told.push(`${connection} ${back ? 'back' : 'there'} wrote ${bytes}`),
    closed: (connection) => void told.push(`closed ${connection}`),
  };
  const openFile = (name: string): Promise<RecordingFile> => {
    const file = {
      written: 0,
      write(chunks: readonly Uint8Array[]) {
        const bytes = Buffer.concat(chunks);
        file.written += bytes.length;
        files.set(name, (files.get(name) ?? '') + bytes.toString('latin1'));
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    };
    files.set(name, '');
    return Promise.resolve(file);
  };
  const recorder = new ConnectionRecorder(
    {
      ...(forward !== undefined && { forward: parseAddress(forward, 'forward') }),
      clock: () => 7,
      openFile,
      budget: new WriteBudget(() => undefined),
    },
    reports,
  );
  return { recorder, told, files };
}

/** A source, and the socket that a listener accepted of it. */
async function accepted(): Promise<[source: Socket, socket: Socket]> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = once(server, 'connection') as Promise<[Socket]>;
  const source = connect({ port: (server.address() as { port: number }).port, host: '127.0.0.1' });
  source.on('error', () => undefined);
  const [socket] = await connection;
  server.close();
  onTestFinished(() => void source.destroy());
  return [source, socket];
}

async function listen(): Promise<Destination> {
  const destination = await Destination.listen();
  onTestFinished(() => destination.close());
  return destination;
}

describe('a recorder of connections', () => {
  it('tells all that happens to one, in order', async () => {
    const destination = await listen();
    const { recorder, told, files } = made(destination.address);
    const [source, socket] = await accepted();
    await recorder.open(3, socket);
    source.write(initialPacket({ id: 5 }));
    const other = await destination.socket(0);
    await until(() => told.includes('3 is multifd 5'));
    other.end('answer');
    source.end();
    await until(() => told.includes('closed 3'));
    expect(told.slice(0, 3)).toEqual(['opened 3', '3 there 64 at 7', '3 is multifd 5']);
    const both = ['3 there wrote 64', '3 there closed', '3 back 6 at 7', '3 back wrote 6', '3 back closed'];
    expect(told.slice(3, -1).sort()).toEqual(both.sort());
    expect(told.at(-1)).toBe('closed 3');
    expect([...files.keys()]).toEqual(['channel-03.bin', 'channel-03.return.bin']);
    expect(files.get('channel-03.return.bin')).toBe('answer');
  });

  it('refuses what cannot be passed on', async () => {
    const { recorder, told } = made('unix:/nowhere/at/all');
    const [source, socket] = await accepted();
    await expect(recorder.open(0, socket)).rejects.toThrow('the destination cannot be reached: connect ENOENT');
    await closed(source);
    expect(told).toEqual([]);
  });

  it('refuses a source that has gone meanwhile', async () => {
    const destination = await listen();
    const { recorder, told } = made(destination.address);
    const [, socket] = await accepted();
    socket.destroy();
    await expect(recorder.open(0, socket)).rejects.toThrow('the connection was closed before it was passed on');
    expect(told).toEqual([]);
  });

  it('ends what is open, and what is about to be, when it is told to', async () => {
    const destination = await listen();
    const { recorder, told } = made(destination.address);
    const [, first] = await accepted();
    await recorder.open(0, first);
    const [source, second] = await accepted();
    const opening = recorder.open(1, second);
    recorder.abort();
    await expect(opening).rejects.toThrow('the connection was closed before it had answered');
    await closed(source);
    await until(() => told.includes('closed 0'));
    expect(told).toEqual(['opened 0', '0 there stopped', 'closed 0']);
  });
});
