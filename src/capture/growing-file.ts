/** A file that is still being written, as a source of bytes: reading waits for what is not there yet. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { ByteSource } from '../bytes/source.js';

export class GrowingFile implements ByteSource {
  private fd: number | undefined;
  private position = 0;
  private there = 0;
  private over = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly path: string,
    readonly name: string,
  ) {}

  /** The file has this many bytes. */
  grown(bytes: number): void {
    this.there = Math.max(this.there, bytes);
    this.wake?.();
  }

  /** Nothing will follow what is there. */
  end(): void {
    this.over = true;
    this.wake?.();
  }

  read(into: Uint8Array): number | Promise<number> {
    const count = Math.min(into.length, this.there - this.position);
    if (count > 0) return this.take(into.subarray(0, count));
    return this.over ? 0 : this.wait().then(() => this.read(into));
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private take(into: Uint8Array): number {
    this.fd ??= openSync(this.path, 'r');
    const got = readSync(this.fd, into, 0, into.length, this.position);
    this.position += got;
    return got;
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = () => {
        this.wake = undefined;
        resolve();
      };
    });
  }
}
