/** Puts what several processes tell, each in the order of time, into one order. */

/** Events that may wait for a lane that tells nothing; then they are handed out as they are. */
const MAX_WAITING = 1 << 17;

interface Waiting<E> {
  readonly time: number;
  readonly event: E;
}

export class Timeline<E> {
  /** Nothing before these times will come of the lanes. */
  private readonly reached: number[];
  private waiting: Waiting<E>[] = [];

  /** `emit` gets each event once, in the order of their times; where times are equal, in the order in which they were added. */
  constructor(
    lanes: number,
    private readonly emit: (event: E) => void,
    private readonly maxWaiting = MAX_WAITING,
  ) {
    this.reached = Array.from({ length: lanes }, () => Infinity);
  }

  /** Events of a lane come in the order of their times. */
  add(time: number, event: E): void {
    this.waiting.push({ time, event });
  }

  /**
   * Nothing before this time will come of that lane any more; `Infinity` while nothing is to come of it at all.
   *
   * Hands out what no lane can precede.
   */
  reach(lane: number, time: number): void {
    this.reached[lane] = time;
    const until = this.waiting.length > this.maxWaiting ? Infinity : Math.min(...this.reached);
    const ready = this.waiting.filter((waiting) => waiting.time <= until);
    if (ready.length === 0) return;
    this.waiting = this.waiting.filter((waiting) => waiting.time > until);
    for (const { event } of ready.sort((a, b) => a.time - b.time)) this.emit(event);
  }
}
