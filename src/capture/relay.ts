/**
 * One connection of a migration between its source and its destination: what either sends goes to the other as it comes, and to the recording.
 *
 * A slow side holds the other by the means of the sockets; so does a disk that is slower than the migration. A half-close is passed on as a
 * half-close, a reset as a reset.
 */
import type { Socket } from 'node:net';
import type { Clock } from './clock.js';
import type { WriteBudget } from './write-queue.js';

/** How a direction of a connection ended. */
export type EndReason = 'closed' | 'reset' | 'stopped' | `error: ${string}`;

/** Hears what passes in one direction. */
export interface Tap {
  /** `time`: when it came, before any of it was passed on. What is an answer to it comes later. */
  data(chunk: Buffer, time: number): void;
  end(reason: EndReason): void;
}

/** A connection of which one end may be missing: then what comes is recorded, and nothing is answered. */
export interface RelayedSockets {
  readonly source: Socket;
  readonly destination?: Socket;
}

export interface RelayOptions {
  readonly budget: WriteBudget;
  readonly clock: Clock;
}

/** Connects the two ends. Resolves when both are closed. */
export function relay(
  { source, destination }: RelayedSockets,
  taps: { readonly forward: Tap; readonly back: Tap },
  options: RelayOptions,
): Promise<void> {
  const directions = [new Direction(source, destination, taps.forward, options)];
  if (destination) directions.push(new Direction(destination, source, taps.back, options));
  const sockets = destination ? [source, destination] : [source];
  const over = (reason: EndReason): void => directions.forEach((direction) => direction.finish(reason));
  return new Promise((resolve) => {
    let open = sockets.length;
    for (const socket of sockets) {
      const others = sockets.filter((other) => other !== socket);
      socket.on('error', (error: NodeJS.ErrnoException) => {
        over(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : `error: ${error.message}`);
        others.forEach(reset);
      });
      socket.once('close', () => {
        // Both directions have ended by now, unless somebody closed the socket from here.
        over('stopped');
        others.forEach((other) => other.destroySoon());
        if (--open === 0) resolve();
      });
    }
  });
}

class Direction {
  private over = false;
  /** What reading waits for. */
  private readonly holds = new Set<'socket' | 'disk'>();

  constructor(
    private readonly from: Socket,
    private readonly to: Socket | undefined,
    private readonly tap: Tap,
    private readonly options: RelayOptions,
  ) {
    from.on('data', (chunk: Buffer) => this.data(chunk));
    from.once('end', () => {
      this.finish('closed');
      // Without a destination nothing else ends the connection.
      (to ?? from).end();
    });
    to?.on('drain', () => this.release('socket'));
    from.resume();
  }

  /** Only the first reason counts. */
  finish(reason: EndReason): void {
    if (this.over) return;
    this.over = true;
    this.tap.end(reason);
  }

  private data(chunk: Buffer): void {
    const { budget, clock } = this.options;
    const time = clock();
    // The other end can go on while this is recorded.
    if (this.to && !this.to.destroyed && !this.to.write(chunk)) this.hold('socket');
    this.tap.data(chunk, time);
    if (budget.isFull) {
      this.hold('disk');
      budget.whenRoom(() => this.release('disk'));
    }
  }

  private hold(why: 'socket' | 'disk'): void {
    this.holds.add(why);
    this.from.pause();
  }

  private release(why: 'socket' | 'disk'): void {
    this.holds.delete(why);
    if (this.holds.size === 0) this.from.resume();
  }
}

/** Passes a reset on. Sockets of one machine know none: closing them with bytes unread is seen as one. */
export function reset(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
