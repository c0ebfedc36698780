/**
 * Shares the connections of a recording among processes, so that it runs on several cores, and puts what they tell into one order.
 *
 * A process is sent the socket of a source before anything is read from it; it connects to the destination and writes the files.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { channelFile } from '../container/arrivals.js';
import type { SocketAddress } from './address.js';
import { type Clock, clockSince } from './clock.js';
import type { ConnectionReports, Relays } from './connection-recorder.js';
import { eachArrival, type FromRelay, type Report, type ToRelay } from './relay-messages.js';
import { reset } from './relay.js';
import { Timeline } from './timeline.js';
import { MAX_WAITING, type RecordingCut } from './write-queue.js';

/** Where a process begins, in the built program. */
const ENTRY = new URL('../capture/relay-process.js', import.meta.url);

export interface RelayProcessesOptions {
  readonly count: number;
  readonly directory: string;
  readonly forward?: SocketAddress;
  /** When the recording began, as `process.hrtime.bigint()` says it. */
  readonly started: bigint;
  /** A process could not write a file, or has died. */
  readonly onCut: (cut: RecordingCut) => void;
  /** What a process runs: relay-process.ts unless given. */
  readonly entry?: URL;
}

export class RelayProcesses implements Relays {
  private readonly lanes: readonly Lane[];

  /** `reports` hears what all of them tell, in the order of time. */
  constructor(options: RelayProcessesOptions, reports: ConnectionReports) {
    const clock = clockSince(options.started);
    const timeline = new Timeline<Tell>(options.count, (tell) => tell(reports));
    this.lanes = Array.from({ length: options.count }, (_, number) => {
      const add = (time: number, tell: Tell): void => timeline.add(time, tell);
      return new Lane(options, { clock, add, reach: (time) => timeline.reach(number, time) });
    });
  }

  async open(connection: number, source: Socket): Promise<void> {
    const [lane] = this.lanes.filter(({ alive }) => alive).sort((a, b) => a.open - b.open);
    if (lane) return lane.take(connection, source);
    reset(source);
    throw new Error('no process is left that could relay it');
  }

  cut(cut: RecordingCut): void {
    for (const lane of this.lanes) lane.say({ kind: 'cut', cut });
  }

  abort(): void {
    for (const lane of this.lanes) lane.say({ kind: 'abort' });
  }

  async finish(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.finish()));
  }
}

/** Tells what one report says. */
type Tell = (reports: ConnectionReports) => void;

/** How a process reaches the timeline. */
interface LaneTime {
  readonly clock: Clock;
  add(time: number, tell: Tell): void;
  reach(time: number): void;
}

/** A connection that a process has. */
interface Taken {
  /** Set until the destination has answered. */
  opening?: { resolve(): void; reject(error: Error): void };
  /** Directions that are recorded and have not ended; true is the way back. */
  readonly directions: Set<boolean>;
  written: number;
}

/** One process. */
class Lane {
  alive = true;
  private readonly child: ChildProcess;
  private readonly taken = new Map<number, Taken>();
  private readonly exited: Promise<void>;
  /** The time of what was told last. */
  private last = 0;

  constructor(
    private readonly options: RelayProcessesOptions,
    private readonly time: LaneTime,
  ) {
    // Options of this process, an inspector's port among them, are not for the other.
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    this.child = fork(options.entry ?? ENTRY, { serialization: 'advanced', execArgv: [], stdio: [...stdio] });
    this.child.on('message', (message: FromRelay) => this.hear(message));
    this.exited = new Promise((resolve) => {
      const over = (why: string): void => {
        this.died(why);
        resolve();
      };
      this.child.once('error', (error) => over(error.message));
      this.child.once('exit', (code, signal) => over(signal ?? `exit code ${code}`));
    });
    const { directory, forward, started, count } = options;
    this.say({ kind: 'start', directory, ...(forward && { forward }), started, waiting: MAX_WAITING / count });
  }

  get open(): number {
    return this.taken.size;
  }

  take(connection: number, source: Socket): Promise<void> {
    // It was idle, and nobody waited for what it tells; from now on others do.
    if (this.open === 0) this.time.reach(this.time.clock());
    return new Promise((resolve, reject) => {
      this.taken.set(connection, { opening: { resolve, reject }, directions: new Set([false]), written: 0 });
      this.say({ kind: 'open', connection }, source);
    });
  }

  say(message: ToRelay, socket?: Socket): void {
    // Whoever cannot be told has died, and that is heard elsewhere.
    if (this.alive) this.child.send(message, socket, {}, () => undefined);
  }

  /** It has nothing to do, so that it ends when the channel to it is closed. */
  finish(): Promise<void> {
    if (this.child.connected) this.child.disconnect();
    return this.exited;
  }

  private hear({ reports, until }: FromRelay): void {
    for (const report of reports) this.report(report);
    this.time.reach(this.open === 0 ? Infinity : until);
  }

  private report(report: Report): void {
    switch (report.kind) {
      case 'opened': {
        const { connection, time } = report;
        this.add(time, (to) => to.opened(connection, time));
        const taken = this.taken.get(connection)!;
        taken.opening?.resolve();
        delete taken.opening;
        return;
      }
      case 'refused':
        this.taken.get(report.connection)?.opening?.reject(new Error(report.reason));
        this.taken.delete(report.connection);
        return;
      case 'arrived':
        eachArrival(report.arrivals, (connection, back, length, time) => {
          this.taken.get(connection)!.directions.add(back);
          this.add(time, (to) => to.arrived(connection, back, length, time));
        });
        return;
      case 'recognised':
        this.add(this.last, (to) => to.recognised(report.connection, report.identity));
        return;
      case 'ended':
        this.taken.get(report.connection)!.directions.delete(report.back);
        this.add(report.time, (to) => to.ended(report.connection, report.back, report.reason, report.time));
        return;
      case 'written':
        if (!report.back) this.taken.get(report.connection)!.written = report.bytes;
        this.add(this.last, (to) => to.written(report.connection, report.back, report.bytes));
        return;
      case 'closed':
        this.taken.delete(report.connection);
        this.add(report.time, (to) => to.closed(report.connection, report.time));
        return;
      case 'cut':
        this.options.onCut(report.cut);
    }
  }

  private add(time: number, tell: Tell): void {
    this.last = time;
    this.time.add(time, tell);
  }

  /** Its sockets are closed now. */
  private died(why: string): void {
    if (!this.alive) return;
    this.alive = false;
    const reason = `the process that relayed it has ended (${why})`;
    const time = this.time.clock();
    for (const [connection, { opening, directions, written }] of this.taken) {
      if (opening) opening.reject(new Error(reason));
      else {
        this.options.onCut({ file: channelFile(connection, false), offset: written, reason });
        for (const back of directions) this.add(time, (to) => to.ended(connection, back, 'stopped', time));
        this.add(time, (to) => to.closed(connection, time));
      }
    }
    this.taken.clear();
    this.time.reach(Infinity);
  }
}
