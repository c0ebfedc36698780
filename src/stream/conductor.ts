/**
 * Lets the channels of one migration be read together, each held at its sync points until the others have come there.
 *
 * A destination applies pages generation after generation: what the main channel and all multifd channels carry up to their k-th sync point comes
 * before anything behind it (`multifd_recv_sync_main`, migration/multifd.c). Within a generation the order is free. Decoders
 * await `drain` of their sinks, so that a sink that waits holds its channel, and nothing else is needed to keep them in step.
 */
import type { StreamEvent, StreamSink } from './events.js';

interface Participant {
  /** Sync points that this channel has passed. */
  generation: number;
  /** Set while the channel waits for the others. */
  release: (() => void) | undefined;
}

export class Conductor {
  private readonly active = new Set<Participant>();

  /** A sink that holds the main channel at MULTIFD_FLUSH or, on old machine types, at every EOS of RAM before the switch to postcopy. */
  main(): StreamSink {
    let modern: boolean | undefined;
    let postcopy = false;
    return this.join((event) => {
      if (event.kind === 'packaged-start') postcopy = true;
      if (event.kind !== 'ram-mark' || postcopy) return false;
      // The first mark of all tells: since 8.1 the block list is followed by a flush.
      modern ??= event.name === 'MULTIFD_FLUSH';
      return event.name === (modern ? 'MULTIFD_FLUSH' : 'EOS');
    });
  }

  /** A sink that holds a multifd channel at its SYNC packets. */
  multifd(): StreamSink {
    return this.join((event) => event.kind === 'packet' && event.sync);
  }

  private join(isSync: (event: StreamEvent) => boolean): StreamSink {
    const participant: Participant = { generation: 0, release: undefined };
    this.active.add(participant);
    let pending = false;
    return {
      event: (event) => {
        if (event.kind === 'end') {
          pending = false;
          this.active.delete(participant);
          this.advance();
        } else if (isSync(event)) pending = true;
      },
      drain: () => {
        if (!pending) return undefined;
        pending = false;
        // Others have been told that it is over.
        if (!this.active.has(participant)) return undefined;
        participant.generation++;
        return new Promise((resolve) => {
          participant.release = resolve;
          this.advance();
        });
      },
    };
  }

  /** When everybody waits, those that are furthest behind go on: channels that have lost a sync point hold nobody for ever. */
  private advance(): void {
    const all = [...this.active];
    if (all.some((participant) => !participant.release)) return;
    const lowest = Math.min(...all.map((participant) => participant.generation));
    for (const participant of all) {
      if (participant.generation > lowest) continue;
      const { release } = participant;
      participant.release = undefined;
      release?.();
    }
  }
}
