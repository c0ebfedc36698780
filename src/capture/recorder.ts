/** A recorder stands between the source and the destination of a migration, or in the place of the destination, and writes down what passes. */
import { existsSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { channelFile } from '../container/arrivals.js';
import { type Finding, InputError, UsageError } from '../finding.js';
import { addressText, boundAddress, parseAddress, pathOrPort, type SocketAddress } from './address.js';
import { clockSince } from './clock.js';
import {
  type ChannelIdentity,
  ConnectionRecorder,
  type ConnectionReports,
  type Relays,
} from './connection-recorder.js';
import type { LiveState } from './live-decoder.js';
import { LiveThread } from './live-thread.js';
import { type RecordedConnection, Recording, type RecordingFacts } from './recording.js';
import { RelayProcesses } from './relay-processes.js';
import type { EndReason } from './relay.js';
import type { OpenRecordingFile, RecordingCut } from './write-queue.js';

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
   * Processes that share the connections, so that they are relayed on several cores; none unless given: then it is done in this one, on one core.
   */
  readonly processes?: number;
  /**
   * Decode meanwhile, in a thread of its own, so that the recorder knows when the migration is over and ends by itself. Without it, `stop` ends it. `validate`: judge
   * it too.
   */
  readonly live?: 'decode' | 'validate';
  readonly listener?: RecorderListener;
  /** Creates the files of the channels; in the directory unless given. Not with `processes`. */
  readonly openFile?: OpenRecordingFile;
}

/** Hears what happens; every part is optional. */
export interface RecorderListener {
  /** A connection was made, has told what it is, or is closed. */
  connection?(connection: RecordedConnection): void;
  /** A connection was not taken, as when the destination cannot be reached: the source has been told so by a reset. */
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
 * @throws UsageError for addresses that are none, and options that do not go together
 */
export async function recordMigration(options: RecordOptions): Promise<Recorder> {
  const listen = parseAddress(options.listen, 'listen');
  const forward = options.forward === undefined ? undefined : parseAddress(options.forward, 'forward');
  if (options.openFile && options.processes)
    throw new UsageError('openFile is for a recorder without processes: they create files of their own');
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

/** A connection as far as it is known. */
interface Open {
  facts: RecordedConnection;
  /** Bytes of each direction that are in its file. */
  readonly written: { forward: number; back: number };
}

const sideOf = (back: boolean): 'forward' | 'back' => (back ? 'back' : 'forward');

class MigrationRecorder implements Recorder, ConnectionReports {
  readonly address: string;
  readonly finished: Promise<RecordingResult>;
  private readonly recording: Recording;
  private readonly relays: Relays;
  private readonly live: LiveThread | undefined;
  private readonly listener: RecorderListener;
  private readonly all: Open[] = [];
  /** Where those come from that are not open yet. */
  private readonly from = new Map<number, string>();
  private readonly startedAt = new Date().toISOString();
  private state: LiveState | undefined;
  private opening = Promise.resolve();
  private accepted = 0;
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
      onCut: (cut) => {
        this.relays.cut(cut);
        this.listener.cut?.(cut);
      },
    });
    this.relays = this.makeRelays(options);
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
    this.relays.abort();
  }

  opened(connection: number, time: number): void {
    const forward = { file: channelFile(connection, false), bytes: 0 };
    const facts = { connection, from: this.from.get(connection)!, opened: time, forward };
    this.from.delete(connection);
    this.all[connection] = { facts, written: { forward: 0, back: 0 } };
    this.recording.accepted(connection, time);
    this.listener.connection?.(facts);
  }

  arrived(connection: number, back: boolean, length: number, time: number): void {
    const entry = this.all[connection]!;
    const side = sideOf(back);
    const { file, bytes } = entry.facts[side] ?? { file: channelFile(connection, back), bytes: 0 };
    this.recording.arrived(connection, back, bytes, length, time);
    entry.facts = { ...entry.facts, [side]: { file, bytes: bytes + length } };
  }

  recognised(connection: number, identity: ChannelIdentity): void {
    const entry = this.all[connection]!;
    entry.facts = { ...entry.facts, ...identity };
    if (identity.role !== 'multifd' || identity.multifd) this.listener.connection?.(entry.facts);
  }

  ended(connection: number, back: boolean, reason: EndReason, time: number): void {
    const entry = this.all[connection]!;
    entry.facts = { ...entry.facts, [sideOf(back)]: { ...entry.facts[sideOf(back)], end: reason } };
    this.recording.ended(connection, back, reason, time);
  }

  written(connection: number, back: boolean, bytes: number): void {
    this.all[connection]!.written[sideOf(back)] = bytes;
    this.live?.grown(channelFile(connection, back), bytes);
  }

  closed(connection: number, time: number): void {
    const entry = this.all[connection]!;
    for (const back of entry.facts.back ? [false, true] : [false])
      this.live?.ended(channelFile(connection, back), entry.written[sideOf(back)]);
    entry.facts = { ...entry.facts, closed: time };
    this.listener.connection?.(entry.facts);
    this.recording.writeFacts(this.facts());
    this.leave();
  }

  private makeRelays({ directory, processes = 0 }: RecordOptions): Relays {
    const { forward, recording } = this;
    const started = process.hrtime.bigint();
    if (processes > 0) {
      const onCut = (cut: RecordingCut): void => recording.budget.fail(cut);
      return new RelayProcesses({ count: processes, directory, ...(forward && { forward }), started, onCut }, this);
    }
    const { budget, open } = recording;
    return new ConnectionRecorder(
      { ...(forward && { forward }), clock: clockSince(started), openFile: open, budget },
      this,
    );
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
    const connection = this.accepted;
    this.from.set(
      connection,
      source.remoteAddress === undefined ? 'unix' : `${source.remoteAddress}:${source.remotePort}`,
    );
    try {
      await this.relays.open(connection, source);
      this.accepted++;
    } catch (error) {
      this.listener.refused?.((error as Error).message);
      this.leave();
    }
  }

  /** One of the connections needs nothing any more. */
  private leave(): void {
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
      await this.relays.finish();
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
