/** A process that relays connections for a recorder, which sends them here: see relay-processes.ts. */
import type { Socket } from 'node:net';
import { OutputDirectory } from '../bytes/output-directory.js';
import { type Clock, clockSince } from './clock.js';
import { ConnectionRecorder } from './connection-recorder.js';
import { filesIn } from './recording-file.js';
import { type FromRelay, type RelayStart, ReportLog, type ToRelay } from './relay-messages.js';
import { WriteBudget } from './write-queue.js';

/** How often the recorder is told what has passed, in milliseconds. */
const EVERY = 50;

class RelayProcess {
  private readonly clock: Clock;
  private readonly log = new ReportLog(() => this.soon());
  private readonly recorder: ConnectionRecorder;
  private taken = 0;
  private timer: NodeJS.Timeout | undefined;
  private isSoon = false;

  constructor({ directory, forward, started, waiting }: RelayStart) {
    this.clock = clockSince(started);
    const { clock, log } = this;
    this.recorder = new ConnectionRecorder(
      {
        clock,
        ...(forward && { forward }),
        openFile: filesIn(new OutputDirectory(directory, [], { replace: false })),
        budget: new WriteBudget((cut) => log.cut(cut), waiting),
      },
      log,
    );
  }

  hear(message: Exclude<ToRelay, RelayStart>, socket: Socket | undefined): void {
    switch (message.kind) {
      case 'open':
        void this.take(message.connection, socket);
        return;
      case 'cut':
        this.recorder.cut(message.cut);
        return;
      case 'abort':
        this.recorder.abort();
    }
  }

  private async take(connection: number, socket: Socket | undefined): Promise<void> {
    this.taken++;
    // The recorder holds back what others tell until it knows that nothing earlier comes from here.
    this.timer ??= setInterval(() => this.send(), EVERY);
    try {
      if (!socket) throw new Error('the source has gone before it could be passed on');
      socket.pause();
      // A socket that comes from another process is made without it.
      socket.allowHalfOpen = true;
      await this.recorder.open(connection, socket);
    } catch (error) {
      this.log.refused(connection, (error as Error).message);
    }
  }

  private soon(): void {
    if (this.isSoon) return;
    this.isSoon = true;
    setImmediate(() => this.send());
  }

  private send(): void {
    this.isSoon = false;
    const until = this.clock();
    const message: FromRelay = { reports: this.log.take(), until };
    // Without a recorder the migration goes on all the same.
    if (process.connected) process.send!(message, undefined, undefined, () => undefined);
    if (this.taken > this.log.settled) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

let relay: RelayProcess | undefined;
process.on('message', (message: ToRelay, socket?: Socket) => {
  if (message.kind === 'start') relay = new RelayProcess(message);
  else relay?.hear(message, socket);
});
// A terminal and a service manager tell the recorder too, and it decides; when it dies of it, what is open goes on here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
