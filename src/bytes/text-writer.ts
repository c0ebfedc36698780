/** Text to a file descriptor in large pieces, synchronously: the reader's slowness is the writer's back-pressure. */
import { writeSync } from 'node:fs';

const PIECE = 1 << 16;

/** Thrown when whoever reads the output has gone; not a failure of ours. */
export class OutputClosed extends Error {}

export class TextWriter {
  private pending: string[] = [];
  private size = 0;

  constructor(private readonly fd: number) {}

  write(text: string): void {
    this.pending.push(text);
    this.size += text.length;
    if (this.size >= PIECE) this.flush();
  }

  line(text = ''): void {
    this.write(`${text}\n`);
  }

  /** Hands everything to the system. To be called at the end. */
  flush(): void {
    if (this.size === 0) return;
    let bytes = Buffer.from(this.pending.join(''), 'utf8');
    this.pending = [];
    this.size = 0;
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(this.fd, bytes));
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EPIPE') throw new OutputClosed();
        if (code !== 'EAGAIN') throw error;
        // A non-blocking pipe that is full: sleep for a moment instead of spinning.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    }
  }
}
