/** The faults of a source that is made of another one: its own, and those of the other. */
import type { ByteSource, SourceFault } from './source.js';

export class FaultList {
  private readonly list: SourceFault[] = [];
  private taken = 0;

  /** `place` turns an offset of the outer source into one of these bytes. */
  constructor(
    private readonly outer: Pick<ByteSource, 'faults'>,
    private readonly place: (offset: number) => number,
  ) {}

  /** All so far; those of the outer source that came before one of these bytes stand before it. */
  get all(): readonly SourceFault[] {
    const outer = this.outer.faults ?? [];
    for (; this.taken < outer.length; this.taken++) {
      const fault = outer[this.taken]!;
      this.list.push({ ...fault, offset: this.place(fault.offset) });
    }
    return this.list;
  }

  add(fault: SourceFault): void {
    // Takes those of the outer source first: they are the cause.
    void this.all;
    this.list.push(fault);
  }
}
