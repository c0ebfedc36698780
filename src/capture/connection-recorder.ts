/** Relays connections and writes down what passes. A recorder does this itself, or has it done by processes of its own. */
import { connect, type Socket } from 'node:net';
import { channelFile } from '../container/arrivals.js';
import { type ChannelRole, multifdIdentity, sniff, SNIFF_SIZE } from '../container/sniff.js';
import { pathOrPort, type SocketAddress } from './address.js';
import type { Clock } from './clock.js';
import { type EndReason, relay, reset, type Tap } from './relay.js';
import { type OpenRecordingFile, type RecordingCut, type WriteBudget, WriteQueue } from './write-queue.js';

/** What the first bytes of a connection say. */
export interface ChannelIdentity {
  readonly role: ChannelRole;
  /** Known a little later than the role. */
  readonly multifd?: { readonly id: number; readonly uuid: string };
}

/** Hears what happens to connections, each by its number. Times are those of the recording, in seconds. */
export interface ConnectionReports {
  /** The destination has accepted it. */
  opened(connection: number, time: number): void;
  /** The next bytes of that direction. */
  arrived(connection: number, back: boolean, length: number, time: number): void;
  recognised(connection: number, identity: ChannelIdentity): void;
  /** Only of a direction that is recorded: on the way back nothing may ever come. */
  ended(connection: number, back: boolean, reason: EndReason, time: number): void;
  /** So many bytes of that direction can be read from its file. */
  written(connection: number, back: boolean, bytes: number): void;
  /** Both sockets are closed, and what came is written. The last that is said of it. */
  closed(connection: number, time: number): void;
}

/** What relays the connections of a recording. */
export interface Relays {
  /**
   * Takes a connection over. Resolves when its destination has accepted it.
   *
   * @throws Error when it has not, or the source has gone meanwhile; the source is reset, and nothing is reported
   */
  open(connection: number, source: Socket): Promise<void>;
  /** Another file of the recording cannot be written: nothing is written any more, and what passes goes on passing. */
  cut(cut: RecordingCut): void;
  /** Closes what is open. */
  abort(): void;
  /** No connection is open, and none will be. */
  finish(): Promise<void>;
}

export interface ConnectionRecorderOptions {
  /** Where the destination listens; without one nothing is answered. */
  readonly forward?: SocketAddress;
  readonly clock: Clock;
  readonly openFile: OpenRecordingFile;
  readonly budget: WriteBudget;
}

export class ConnectionRecorder implements Relays {
  private readonly sockets = new Set<Socket>();
  private aborted = false;

  constructor(
    private readonly options: ConnectionRecorderOptions,
    private readonly reports: ConnectionReports,
  ) {}

  async open(connection: number, source: Socket): Promise<void> {
    const { forward, clock } = this.options;
    // It may break while the destination is waited for.
    source.on('error', () => undefined);
    const destination = forward && (await this.connect(forward).catch((error: unknown) => refuse(source, error)));
    if (source.destroyed || this.aborted) {
      destination?.destroy();
      reset(source);
      throw new Error('the connection was closed before it was passed on');
    }
    this.reports.opened(connection, clock());
    void this.record(connection, source, destination);
  }

  cut(cut: RecordingCut): void {
    this.options.budget.fail(cut);
  }

  abort(): void {
    this.aborted = true;
    for (const socket of this.sockets) socket.destroy();
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  private connect(address: SocketAddress): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...pathOrPort(address), allowHalfOpen: true, noDelay: true });
      socket.pause();
      this.sockets.add(socket);
      socket.once('error', reject);
      socket.once('close', () => {
        this.sockets.delete(socket);
        // Without an error it was `abort`; later than the connection, it says nothing.
        reject(new Error('the connection was closed before it had answered'));
      });
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(socket);
      });
    });
  }

  private async record(connection: number, source: Socket, destination: Socket | undefined): Promise<void> {
    const queues: WriteQueue[] = [];
    const forward = this.tap(connection, false, queues);
    const back = this.tap(connection, true, queues);
    this.sockets.add(source);
    const { budget, clock } = this.options;
    await relay({ source, ...(destination && { destination }) }, { forward, back }, { budget, clock });
    this.sockets.delete(source);
    await Promise.all(queues.map((queue) => queue.finish()));
    this.reports.closed(connection, clock());
  }

  /** Records one direction. A file is made for the way there at once, for the way back when something comes. */
  private tap(connection: number, back: boolean, queues: WriteQueue[]): Tap {
    const { reports } = this;
    const { budget, clock, openFile } = this.options;
    const make = (): WriteQueue => {
      const written = (bytes: number): void => reports.written(connection, back, bytes);
      const made = new WriteQueue(channelFile(connection, back), openFile, budget, written);
      queues.push(made);
      return made;
    };
    let queue = back ? undefined : make();
    const recogniser = back ? undefined : new Recogniser((identity) => reports.recognised(connection, identity));
    return {
      data: (chunk, time) => {
        queue ??= make();
        queue.push(chunk);
        reports.arrived(connection, back, chunk.length, time);
        recogniser?.see(chunk);
      },
      end: (reason) => {
        if (queue) reports.ended(connection, back, reason, clock());
      },
    };
  }
}

/** Tells what a channel is as soon as its first bytes say so. */
class Recogniser {
  private head = Buffer.alloc(0);
  private known: ChannelIdentity | undefined;

  constructor(private readonly tell: (identity: ChannelIdentity) => void) {}

  see(chunk: Buffer): void {
    if (this.head.length >= SNIFF_SIZE) return;
    this.head = Buffer.concat([this.head, chunk.subarray(0, SNIFF_SIZE - this.head.length)]);
    const found = sniff(this.head);
    if (!found || !('role' in found)) return;
    const multifd = found.role === 'multifd' ? multifdIdentity(this.head) : undefined;
    if (this.known?.role === found.role && (this.known.multifd !== undefined) === (multifd !== undefined)) return;
    this.known = { role: found.role, ...(multifd && { multifd }) };
    this.tell(this.known);
  }
}

function refuse(source: Socket, error: unknown): never {
  reset(source);
  throw new Error(`the destination cannot be reached: ${(error as Error).message}`);
}
