/** Files, block devices, pipes and standard input as byte sources. */
import { closeSync, fstatSync, openSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ByteSource } from './source.js';

const readAsync = promisify(readCallback);

/**
 * Opens `path` for reading. Regular files and block devices can be sought in, whether they are named or are standard input;
 * everything else is read once, forwards. `start` is the byte of the file that becomes offset 0.
 *
 * @throws the error of the system call, with its `code`
 */
export function openFile(path: string | 0, name = String(path), start = 0): ByteSource {
  const fd = path === 0 ? 0 : openSync(path, 'r');
  const stat = fstatSync(fd);
  if (stat.isDirectory()) {
    closeSync(fd);
    throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  }
  let open = path !== 0;
  const close = (): void => {
    if (open) closeSync(fd);
    open = false;
  };
  if (stat.isFile() || stat.isBlockDevice()) {
    const size = stat.isFile() ? stat.size : blockDeviceSize(fd);
    // The position of standard input is whoever's opened it.
    return new SeekableFile(fd, name, size, start, close, path !== 0);
  }
  return new Pipe(fd, name, start, close);
}

class SeekableFile implements ByteSource {
  readonly size: number;
  readonly file?: { readonly fd: number; readonly start: number };
  /** A double from the start, as the offsets of a cursor. */
  private position = -0;

  constructor(
    private readonly fd: number,
    readonly name: string,
    fileSize: number,
    private readonly start: number,
    readonly close: () => void,
    owned: boolean,
  ) {
    this.size = Math.max(0, fileSize - start);
    if (owned) this.file = { fd, start };
  }

  get origin(): number {
    return this.start;
  }

  read(into: Uint8Array): number {
    const got = this.readAt(into, this.position);
    this.position += got;
    return got;
  }

  readAt(into: Uint8Array, offset: number): number {
    let got = 0;
    while (got < into.length) {
      const count = readSync(this.fd, into, got, into.length - got, this.start + offset + got);
      if (count === 0) break;
      got += count;
    }
    return got;
  }

  seek(offset: number): void {
    this.position = offset;
  }
}

class Pipe implements ByteSource {
  private skip: number;

  constructor(
    private readonly fd: number,
    readonly name: string,
    readonly origin: number,
    readonly close: () => void,
  ) {
    this.skip = origin;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.skip > 0) return this.readPastStart(into);
    try {
      return readSync(this.fd, into, 0, into.length, null);
    } catch (error) {
      return this.recover(error, into);
    }
  }

  private async readPastStart(into: Uint8Array): Promise<number> {
    while (this.skip > 0) {
      const { bytesRead } = await readAsync(this.fd, into, 0, Math.min(this.skip, into.length), null);
      if (bytesRead === 0) return 0;
      this.skip -= bytesRead;
    }
    return this.read(into);
  }

  /** A non-blocking descriptor that has nothing yet is waited for; Windows reports the end of a pipe as an error. */
  private recover(error: unknown, into: Uint8Array): number | Promise<number> {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EOF') return 0;
    if (code !== 'EAGAIN') throw error;
    return new Promise((resolve) => setTimeout(resolve, 1)).then(() => this.read(into));
  }
}

/** The kernel reports a size of 0 for block devices: found by bisection, since reads past the end return nothing. */
function blockDeviceSize(fd: number): number {
  const probe = new Uint8Array(1);
  const readable = (offset: number): boolean => readSync(fd, probe, 0, 1, offset) === 1;
  if (!readable(0)) return 0;
  let low = 0;
  let high = 1;
  while (readable(high)) {
    low = high;
    high *= 2;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (readable(middle)) low = middle;
    else high = middle;
  }
  return high;
}
