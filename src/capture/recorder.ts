/** A recorder stands between the source and the destination of a migration, or in the place of the destination, and writes down what passes. */
import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { multifdIdentity, sniff, SNIFF_SIZE } from '../container/sniff.js';
import { type Finding, InputError } from '../finding.js';
import { addressText, boundAddress, parseAddress, type SocketAddress } from './address.js';
import type { LiveState } from './live-decoder.js';
import { LiveThread } from './live-thread.js';
import { type EndReason, type RecordedConnection, Recording, type RecordingFacts } from './recording.js';
import { relay, reset, type Tap } from './relay.js';
import type { RecordingCut, RecordingFile, WriteQueue } from './write-queue.js';

export interface RecordOptions {
  /** Where the source connects to: `PORT` (on loopback), `HOST:PORT`, `unix:PATH`. */
  readonly listen: string;
  /** Where the destination listens. Without one what comes is recorded and nothing is answered. */
  readonly forward?: string;
  /** The capture directory; made when it is not there. */
  readonly directory: string;
  /** Overwrite a recording that is there. */
  readonly force?: boolean;
  /**
   * Decode meanwhile, in a thread of its own, so that the recorder knows when the migration is over and ends by itself. Without it, `stop` ends it. `validate`: judge
   * it too.
   */
  readonly live?: 'decode' | 'validate';
  readonly listener?: RecorderListener;
  /** Creates the files of the channels; in the directory unless given. */
  readonly openFile?: (name: string) => Promise<RecordingFile>;
}

/** Hears what happens; every part is optional. */
export interface RecorderListener {
  /** A connection was made, has told what it is, or is closed. */
  connection?(connection: RecordedConnection): void;
  /** The destination cannot be reached: the source has been told so by a reset. */
  refused?(reason: string): void;
  state?(state: LiveState): void;
  finding?(finding: Finding): void;
  cut?(cut: RecordingCut): void;
  /** The thread that decodes has died; recording goes on. */
  liveFailed?(error: Error): void;
}

/** A recorder at work. */
export interface Recorder {
  /** Where it listens. */
  readonly address: string;
  /** The connections so far, with the bytes that have passed. */
  connections(): readonly RecordedConnection[];
  /** Accepts no more connections. Those that are open go on to their end, then the recording is finished. */
  stop(): void;
  /** Closes the connections too; the migration does not survive that. */
  abort(): void;
  /** Resolves when everything is written. */
  readonly finished: Promise<RecordingResult>;
}

export interface RecordingResult {
  readonly facts: RecordingFacts;
  /** With `live: 'validate'`. */
  readonly findings: readonly Finding[];
}

/** How long a migration that is over may take to open another connection, in milliseconds. */
const LINGER = 1000;
/** Bytes that a socket may hold for its other end before the sender is held. */
const SOCKET_BUFFER = 1 << 20;

/**
 * Begins to record: listens, and makes the directory.
 *
 * @throws InputError when it cannot listen there, or the directory cannot be used
 * @throws UsageError for addresses that are none
 */
export async function recordMigration(options: RecordOptions): Promise<Recorder> {
  const listen = parseAddress(options.listen, 'listen');
  const forward = options.forward === undefined ? undefined : parseAddress(options.forward, 'forward');
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    highWaterMark: SOCKET_BUFFER,
    noDelay: true,
  });
  await listening(server, listen, options.force === true);
  try {
    return new MigrationRecorder(server, boundAddress(server.address(), listen), forward, options);
  } catch (error) {
    server.close();
    throw error;
  }
}

interface Open {
  facts: RecordedConnection;
  readonly queues: WriteQueue[];
  readonly sockets: readonly Socket[];
}

class MigrationRecorder implements Recorder {
  readonly address: string;
  readonly finished: Promise<RecordingResult>;
  private readonly recording: Recording;
  private readonly live: LiveThread | undefined;
  private readonly listener: RecorderListener;
  private readonly all: Open[] = [];
  private readonly startedAt = new Date().toISOString();
  private state: LiveState | undefined;
  private opening = Promise.resolve();
  private open = 0;
  private stopped = false;
  private finishing = false;
  private linger: NodeJS.Timeout | undefined;
  private resolve!: (result: RecordingResult) => void;
  private reject!: (error: unknown) => void;

  constructor(
    private readonly server: Server,
    private readonly listen: SocketAddress,
    private readonly forward: SocketAddress | undefined,
    options: RecordOptions,
  ) {
    this.address = addressText(listen);
    this.listener = options.listener ?? {};
    this.recording = new Recording(options.directory, {
      ...(options.force !== undefined && { force: options.force }),
      ...(options.openFile && { open: options.openFile }),
      onCut: (cut) => this.listener.cut?.(cut),
    });
    this.recording.writeFacts(this.facts());
    if (options.live) this.live = this.startLive(options.directory, options.live === 'validate');
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    server.on('connection', (socket) => {
      // One after the other, since a destination may tell channels apart by their order.
      this.open++;
      clearTimeout(this.linger);
      this.opening = this.opening.then(() => this.accept(socket));
    });
  }

  connections(): readonly RecordedConnection[] {
    return this.all.map(({ facts }) => facts);
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.server.close();
    this.settle();
  }

  abort(): void {
    this.stop();
    for (const { sockets } of this.all) for (const socket of sockets) socket.destroy();
  }

  private startLive(directory: string, validate: boolean): LiveThread {
    return new LiveThread(
      { directory, validate },
      {
        state: (state) => {
          this.state = state;
          this.listener.state?.(state);
          this.settle();
        },
        finding: (finding) => this.listener.finding?.(finding),
        failed: (error) => this.listener.liveFailed?.(error),
      },
    );
  }

  private async accept(source: Socket): Promise<void> {
    try {
      const destination = this.forward && (await connected(this.forward));
      void this.record(source, destination).then(
        () => this.closed(),
        (error: unknown) => this.reject(error),
      );
    } catch (error) {
      this.listener.refused?.((error as Error).message);
      reset(source);
      this.closed();
    }
  }

  private async record(source: Socket, destination: Socket | undefined): Promise<void> {
    const number = this.all.length;
    const { recording } = this;
    const entry: Open = {
      facts: {
        connection: number,
        from: source.remoteAddress === undefined ? 'unix' : `${source.remoteAddress}:${source.remotePort}`,
        opened: recording.time,
        forward: { file: '', bytes: 0 },
      },
      queues: [],
      sockets: destination ? [source, destination] : [source],
    };
    this.all.push(entry);
    recording.accepted(number);
    const forward = this.tap(entry, number, false);
    const back = this.tap(entry, number, true);
    this.listener.connection?.(entry.facts);
    await relay({ source, ...(destination && { destination }) }, { forward, back }, recording.budget);
    await Promise.all(entry.queues.map((queue) => queue.finish()));
    for (const { name, written } of entry.queues) this.live?.ended(name, written);
    entry.facts = { ...entry.facts, closed: recording.time };
    this.listener.connection?.(entry.facts);
    recording.writeFacts(this.facts());
  }

  /** Records one direction. A file is made for the way there at once, for the way back when something comes. */
  private tap(entry: Open, number: number, isBack: boolean): Tap {
    const { recording } = this;
    const which = isBack ? 'back' : 'forward';
    let head = Buffer.alloc(0);
    let bytes = 0;
    const make = (): WriteQueue => {
      const made = recording.file(number, isBack, (written) => this.live?.grown(made.name, written));
      entry.queues.push(made);
      entry.facts = { ...entry.facts, [which]: { file: made.name, bytes: 0 } };
      return made;
    };
    let queue = isBack ? undefined : make();
    const update = (end?: EndReason): void => {
      if (!queue) return;
      entry.facts = { ...entry.facts, [which]: { file: queue.name, bytes, ...(end && { end }) } };
    };
    return {
      data: (chunk) => {
        queue ??= make();
        queue.push(chunk);
        recording.arrived(number, isBack, bytes, chunk.length);
        bytes += chunk.length;
        update();
        if (isBack || head.length >= SNIFF_SIZE) return;
        head = Buffer.concat([head, chunk.subarray(0, SNIFF_SIZE - head.length)]);
        this.recognise(entry, head);
      },
      end: (reason) => {
        update(reason);
        if (queue) recording.ended(number, isBack, reason);
      },
    };
  }

  private recognise(entry: Open, head: Buffer): void {
    const found = sniff(head);
    if (!found || !('role' in found)) return;
    const multifd = found.role === 'multifd' ? multifdIdentity(head) : undefined;
    const known = entry.facts.role === found.role && (entry.facts.multifd !== undefined) === (multifd !== undefined);
    if (known) return;
    entry.facts = { ...entry.facts, role: found.role, ...(multifd && { multifd }) };
    if (found.role !== 'multifd' || multifd) this.listener.connection?.(entry.facts);
  }

  private closed(): void {
    this.open--;
    this.settle();
  }

  /** Ends the recording when nothing more is to come. */
  private settle(): void {
    clearTimeout(this.linger);
    if (this.open > 0) return;
    if (this.stopped) {
      void this.finish();
      return;
    }
    const { state } = this;
    const over = state && (state.complete || (state.phase === 'broken' && !state.postcopy));
    if (over) this.linger = setTimeout(() => this.stop(), LINGER);
  }

  private async finish(): Promise<void> {
    if (this.finishing) return;
    this.finishing = true;
    try {
      const findings = (await this.live?.finish()) ?? [];
      const facts = await this.recording.finish({ ...this.facts(), ended: new Date().toISOString() });
      this.resolve({ facts, findings });
    } catch (error) {
      this.reject(error);
    }
  }

  private facts(): RecordingFacts {
    const connections = this.connections();
    const cutOff = connections.some(({ forward, back }) => forward.end === 'stopped' || back?.end === 'stopped');
    return {
      schema: 'migscope/capture/1',
      listen: addressText(this.listen),
      ...(this.forward && { forward: addressText(this.forward) }),
      started: this.startedAt,
      complete: connections.length > 0 && !cutOff,
      connections,
    };
  }
}

/** @throws InputError when the address cannot be listened on */
function listening(server: Server, address: SocketAddress, force: boolean): Promise<void> {
  if (address.kind === 'unix' && existsSync(address.path)) {
    if (!force || !lstatSync(address.path).isSocket()) {
      throw new InputError(`${address.path} is there already`, 'remove it, or name another path');
    }
    unlinkSync(address.path);
  }
  return new Promise((resolve, reject) => {
    server.once('error', (error) =>
      reject(new InputError(`cannot listen on ${addressText(address)}: ${error.message}`)),
    );
    server.listen(pathOrPort(address), resolve);
  });
}

function connected(address: SocketAddress): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...pathOrPort(address), allowHalfOpen: true, noDelay: true });
    socket.pause();
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function pathOrPort(address: SocketAddress): { path: string } | { host: string; port: number } {
  return address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
}
