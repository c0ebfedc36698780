/** What a recorder and the processes that relay for it say to each other. */
import type { SocketAddress } from './address.js';
import type { ChannelIdentity, ConnectionReports } from './connection-recorder.js';
import type { EndReason } from './relay.js';
import type { RecordingCut } from './write-queue.js';

export type ToRelay =
  | RelayStart
  /** The socket comes with it. */
  | { readonly kind: 'open'; readonly connection: number }
  | { readonly kind: 'cut'; readonly cut: RecordingCut }
  | { readonly kind: 'abort' };

/** The first message. */
export interface RelayStart {
  readonly kind: 'start';
  readonly directory: string;
  readonly forward?: SocketAddress;
  /** When the recording began, as `process.hrtime.bigint()` says it. */
  readonly started: bigint;
  /** Bytes that may wait to be written. */
  readonly waiting: number;
}

export interface FromRelay {
  /** In the order in which they were made. */
  readonly reports: readonly Report[];
  /** Whatever comes later has no earlier time. */
  readonly until: number;
}

export type Report =
  | { readonly kind: 'opened'; readonly connection: number; readonly time: number }
  | { readonly kind: 'refused'; readonly connection: number; readonly reason: string }
  /** Four numbers for each arrival, since there are thousands in a second: connection, 1 for the way back, length, time. */
  | { readonly kind: 'arrived'; readonly arrivals: Float64Array }
  | { readonly kind: 'recognised'; readonly connection: number; readonly identity: ChannelIdentity }
  | {
      readonly kind: 'ended';
      readonly connection: number;
      readonly back: boolean;
      readonly reason: EndReason;
      readonly time: number;
    }
  | { readonly kind: 'written'; readonly connection: number; readonly back: boolean; readonly bytes: number }
  | { readonly kind: 'closed'; readonly connection: number; readonly time: number }
  | { readonly kind: 'cut'; readonly cut: RecordingCut };

/** Numbers of one arrival. */
const ARRIVAL = 4;

/** Reports that wait to be sent. */
export class ReportLog implements ConnectionReports {
  private reports: Report[] = [];
  private arrivals: number[] = [];
  /** Connections that have been refused or are closed. */
  settled = 0;

  /** `soon` is called for what should not wait: more than that bytes have passed. */
  constructor(private readonly soon: () => void) {}

  opened(connection: number, time: number): void {
    this.add({ kind: 'opened', connection, time });
    this.soon();
  }

  refused(connection: number, reason: string): void {
    this.settled++;
    this.add({ kind: 'refused', connection, reason });
    this.soon();
  }

  arrived(connection: number, back: boolean, length: number, time: number): void {
    this.arrivals.push(connection, back ? 1 : 0, length, time);
  }

  recognised(connection: number, identity: ChannelIdentity): void {
    this.add({ kind: 'recognised', connection, identity });
    this.soon();
  }

  ended(connection: number, back: boolean, reason: EndReason, time: number): void {
    this.add({ kind: 'ended', connection, back, reason, time });
  }

  written(connection: number, back: boolean, bytes: number): void {
    this.add({ kind: 'written', connection, back, bytes });
  }

  closed(connection: number, time: number): void {
    this.settled++;
    this.add({ kind: 'closed', connection, time });
    this.soon();
  }

  cut(cut: RecordingCut): void {
    this.add({ kind: 'cut', cut });
    this.soon();
  }

  /** What there is, which is forgotten here. */
  take(): readonly Report[] {
    this.seal();
    const { reports } = this;
    this.reports = [];
    return reports;
  }

  private add(report: Report): void {
    this.seal();
    this.reports.push(report);
  }

  private seal(): void {
    if (this.arrivals.length === 0) return;
    this.reports.push({ kind: 'arrived', arrivals: Float64Array.from(this.arrivals) });
    this.arrivals = [];
  }
}

/** Calls back for each arrival. */
export function eachArrival(
  arrivals: Float64Array,
  arrived: (connection: number, back: boolean, length: number, time: number) => void,
): void {
  for (let at = 0; at < arrivals.length; at += ARRIVAL)
    arrived(arrivals[at]!, arrivals[at + 1] === 1, arrivals[at + 2]!, arrivals[at + 3]!);
}
