/** Sources and destinations of migrations for the tests of the recorder: plain sockets. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A destination that keeps what it is sent. */
export class Destination {
  readonly received: Buffer[][] = [];
  readonly sockets: Socket[] = [];
  private arrived: (() => void)[] = [];

  private constructor(
    readonly server: Server,
    readonly address: string,
  ) {
    server.on('connection', (socket: Socket) => {
      const chunks: Buffer[] = [];
      this.received.push(chunks);
      this.sockets.push(socket);
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => undefined);
      for (const resolve of this.arrived.splice(0)) resolve();
    });
  }

  /** Listens on a free port, or at a path. */
  static async listen(path?: string): Promise<Destination> {
    const server = createServer({ allowHalfOpen: true });
    if (path === undefined) server.listen(0, '127.0.0.1');
    else server.listen(path);
    await once(server, 'listening');
    const bound = server.address();
    const address = typeof bound === 'object' && bound ? `127.0.0.1:${bound.port}` : `unix:${path}`;
    return new Destination(server, address);
  }

  /** The socket of a connection, when it is there. */
  async socket(number: number): Promise<Socket> {
    while (this.sockets.length <= number) await new Promise<void>((resolve) => this.arrived.push(resolve));
    return this.sockets[number]!;
  }

  bytes(number: number): Buffer {
    return Buffer.concat(this.received[number] ?? []);
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

/** Connects to what a recorder says it listens on. */
export async function connectTo(address: string): Promise<Socket> {
  const unix = /^unix:(.*)$/.exec(address)?.[1];
  const port = Number(/(\d+)$/.exec(address)?.[1]);
  const socket =
    unix === undefined
      ? connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      : connect({ path: unix, allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Waits until something is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Not `once`, which an error would end. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.on('close', () => resolve());
  });
}
