/**
 * Lets the channels of one migration be read in the order in which a recorder saw their bytes: each goes as far as its bytes had arrived, then waits.
 *
 * As with the conductor, a sink that waits in `drain` holds its channel. Decoders ask at the ends of batches, sections and packets, so that what is
 * reported lies at most one of them ahead of what had arrived.
 */
import type { Arrival } from '../container/arrivals.js';
import type { StreamEvent, StreamSink } from './events.js';
import type { PageBatch } from './page-batch.js';

interface Participant {
  /** How far the channel may be read, and how far it has been. */
  granted: number;
  position: number;
  ended: boolean;
  release: (() => void) | undefined;
}

export class ArrivalOrder {
  private readonly participants = new Map<string, Participant>();
  /** Told when the channel whose turn it is stops. */
  private stopped: (() => void) | undefined;

  /** The sink that holds a channel, and what its reader awaits before it begins: the first bytes. All to be asked for before `run`. */
  channel(file: string): { readonly sink: StreamSink; readonly started: Promise<void> } {
    const participant: Participant = { granted: 0, position: -1, ended: false, release: undefined };
    this.participants.set(file, participant);
    const hold = (): Promise<void> =>
      new Promise((resolve) => {
        participant.release = resolve;
        this.stopped?.();
      });
    const sink: StreamSink = {
      event: (event: StreamEvent) => {
        participant.position = Math.max(participant.position, endOf(event));
        if (event.kind !== 'end') return;
        participant.ended = true;
        this.stopped?.();
      },
      pages: (batch: PageBatch) => {
        participant.position = batch.offset[batch.length - 1] ?? participant.position;
      },
      drain: () => (participant.ended || participant.position < participant.granted ? undefined : hold()),
    };
    return { sink, started: hold() };
  }

  /** Grants turns by the arrivals, then lets every channel run to its end, one after the other. */
  async run(arrivals: AsyncIterable<Arrival>): Promise<void> {
    for await (const { file, offset, length } of arrivals) {
      const participant = this.participants.get(file);
      if (participant) await this.turn(participant, offset + length);
    }
    for (const participant of this.participants.values()) await this.turn(participant, Infinity);
  }

  private async turn(participant: Participant, granted: number): Promise<void> {
    participant.granted = Math.max(participant.granted, granted);
    const { release } = participant;
    if (participant.ended || !release || participant.position >= participant.granted) return;
    const stop = new Promise<void>((resolve) => {
      this.stopped = resolve;
    });
    participant.release = undefined;
    release();
    await stop;
    this.stopped = undefined;
  }
}

/** How far an event shows that its channel has been read. */
function endOf(event: StreamEvent): number {
  if (event.kind === 'packet' || event.kind === 'device-packet')
    return event.offset + event.length + event.payloadLength;
  if (event.kind === 'section-end') return event.payloadOffset + event.payloadLength;
  return 'length' in event ? event.offset + event.length : event.offset;
}
