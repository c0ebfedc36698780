/**
 * A forward reader over a source of any size: one window of bytes, an absolute offset, and a limit.
 *
 * Every decoder step has the same shape: make sure that the next `n` bytes are in the window (`if (!c.has(n)) await
 * c.need(n, what)`), then read fields synchronously. All integers are big-endian, as everything that QEMUFile writes.
 * Views into the window stay valid until the next `need`, `fill`, `skip`, `take` or `moveTo`.
 *
 * The window has 1 MiB, and more only for structures that have to be seen whole and for bytes that `keep` holds. It then grows in place:
 * a buffer of the largest size is made once, of which the system backs only what has been written to.
 */
import { readBuffer } from './read-buffer.js';
import { DecodeError, hex } from '../finding.js';
import type { ByteSource } from './source.js';
import { escapedByte, visible } from './visible.js';

/** The size of the window between large structures, in bytes. */
const WINDOW = 1 << 20;
/** The first read at any place, in bytes: much of what is looked into is left again soon. */
const FIRST_READ = 64 << 10;
/** How many times as much each read that follows asks for, up to the window. */
const GROWTH = 4;
/** The most that is brought into the window for one structure that has to be seen whole, in bytes. */
export const MAX_LOOKAHEAD = 32 << 20;
/** The most that `keep` may hold, in bytes. */
export const MAX_KEPT = 64 << 20;
/** Bytes from which on `take` hands the window over instead of copying out of it. */
const HANDED_OVER = 4 << 20;
/** The largest window that is made as large as it has to be; a larger one is made once. */
const SMALL = 2 * WINDOW;
/** The largest window: what is kept, and what is read ahead of it to judge where it ends. */
const MAX_WINDOW = MAX_KEPT + 2 * WINDOW;

/** Gives a buffer of that many bytes for a window; undefined leaves it to the cursor to make one. */
export type WindowAllocator = (bytes: number) => Buffer | undefined;

export class Cursor {
  /** The window. Only `[position, limit)` may be read, through `view` or directly by loops that cannot afford calls. */
  buffer: Buffer;
  view: DataView;
  /** Index in `buffer` of the next byte. */
  position = 0;
  /** Index in `buffer` where reading must stop: the end of what is loaded, or of the current range if that comes first. */
  limit = 0;
  /**
   * Absolute offset from which on bytes stay in the window although they have been read, so that `moveTo` leads back to them; at most
   * `MAX_KEPT` of them, for the caller to see to. Infinity: none.
   */
  keep = Infinity;

  /** The most that is read ahead of what is asked for: less than the window where much is going to be skipped. */
  readAhead = Infinity;

  /** The buffer between large structures. */
  private readonly home: Buffer;
  /** How much of `buffer` may be filled. */
  private capacity: number;
  private loaded = 0;
  /**
   * Absolute offset of index 0. It starts as a double, as which -0 is stored: offsets beyond 2 GiB are doubles, and whatever had been compiled for small
   * integers would be thrown away there in the middle of the file.
   */
  private base = -0;
  private ended = false;
  /** How much the next read asks for, unless more is needed. */
  private ramp = FIRST_READ;
  /** What the source has been asked for and has not given yet. */
  private arriving: Promise<number> | undefined;
  private rangeEnd = Infinity;
  private readonly names: string[] = [];

  /**
   * `window`: bytes between large structures, for those who read many sources at once. `allocate`: gives the buffer for that window, where
   * somebody wants to have the bytes in memory of his own.
   */
  constructor(
    readonly source: ByteSource,
    private readonly window = WINDOW,
    allocate?: WindowAllocator,
  ) {
    this.capacity = window;
    this.home = allocate?.(window) ?? readBuffer(window);
    this.buffer = this.home;
    this.view = viewOf(this.buffer);
  }

  /** Absolute offset of the next byte. */
  get offset(): number {
    return this.base + this.position;
  }

  /** Absolute offset of a byte of the window. */
  offsetOf(index: number): number {
    return this.base + index;
  }

  /** Bytes that are left in the current range or source, where that is known. */
  get remaining(): number {
    return Math.min(this.rangeEnd, this.inputEnd) - this.offset;
  }

  /** Absolute offset behind the last byte that the source has given so far. */
  get seen(): number {
    return this.base + this.loaded;
  }

  /** True when the source can be read again from anywhere. */
  get seekable(): boolean {
    return this.source.seek !== undefined;
  }

  /** Where the innermost range ends, or undefined outside every range. */
  get range(): { readonly name: string; readonly end: number } | undefined {
    return this.names.length === 0 ? undefined : { name: this.names[this.names.length - 1]!, end: this.rangeEnd };
  }

  has(count: number): boolean {
    return this.position + count <= this.limit;
  }

  /** True when nothing is left in the current range. */
  async atEnd(): Promise<boolean> {
    return !this.has(1) && !(await this.fill(1));
  }

  /**
   * Brings the next `count` bytes into the window.
   *
   * @throws DecodeError `truncated` when the source ends first, `malformed` when the current range does
   */
  async need(count: number, what: string): Promise<void> {
    if (this.has(count)) return;
    if (count > this.remaining) this.fail(count, what);
    if (count > MAX_LOOKAHEAD) {
      throw new DecodeError(
        'unsupported',
        'too-large',
        `${what} of ${hex(count)} bytes is more than migscope holds at once`,
        {
          offset: this.offset,
          path: this.path(what),
        },
      );
    }
    if (!(await this.fill(count))) this.fail(count, what);
  }

  /** As `need`, but answers whether the bytes are there instead of throwing. Loads as much as the source gives. */
  async fill(count: number): Promise<boolean> {
    for (;;) {
      const filled = this.fillNow(count);
      if (filled !== undefined) return filled;
      const came = await this.arriving!;
      this.arriving = undefined;
      this.arrived(came);
    }
  }

  /** As `fill`, without a promise; undefined where the source has to be waited for, for which `fill` must be called next. */
  fillNow(count: number): boolean | undefined {
    if (this.arriving) return undefined;
    while (!this.has(count)) {
      if (this.base + this.loaded >= this.rangeEnd || this.ended) return false;
      if (count > MAX_LOOKAHEAD || !this.makeRoom(count)) return false;
      // The source is asked for what the window holds; a window that has to grow does so as bytes arrive, never ahead of them.
      const most = Math.min(this.capacity, this.position + Math.max(count, Math.min(this.readAhead, this.ramp)));
      if (this.ramp < this.window) this.ramp *= GROWTH;
      const got = this.source.read(this.buffer.subarray(this.loaded, most));
      if (typeof got !== 'number') {
        this.arriving = got;
        return undefined;
      }
      this.arrived(got);
    }
    return true;
  }

  u8(): number {
    return this.buffer[this.position++]!;
  }

  peekU8(ahead = 0): number {
    return this.buffer[this.position + ahead]!;
  }

  u16(): number {
    const value = this.view.getUint16(this.position);
    this.position += 2;
    return value;
  }

  u32(): number {
    const value = this.view.getUint32(this.position);
    this.position += 4;
    return value;
  }

  /** An unsigned 64-bit integer as a bigint. */
  u64(): bigint {
    const value = this.view.getBigUint64(this.position);
    this.position += 8;
    return value;
  }

  /**
   * An unsigned 64-bit integer that counts or addresses something.
   *
   * @throws DecodeError `malformed` above 2^53
   */
  size64(what: string): number {
    const high = this.view.getUint32(this.position);
    const low = this.view.getUint32(this.position + 4);
    if (high >= 0x200000) {
      throw new DecodeError(
        'malformed',
        'implausible-value',
        `${what} is ${hex(this.view.getBigUint64(this.position))}`,
        {
          offset: this.offset,
          length: 8,
          path: this.path(what),
        },
      );
    }
    this.position += 8;
    return high * 0x1_0000_0000 + low;
  }

  /** A view of the next `count` bytes of the window. */
  bytes(count: number): Buffer {
    const end = toIndex(this.position + count);
    const part = this.buffer.subarray(this.position, end);
    this.position = end;
    return part;
  }

  /**
   * The next `count` bytes in a buffer of their own. Of large ones there is never a second copy: a window that holds them is handed over.
   *
   * @throws DecodeError as `need`
   */
  async take(count: number, what: string): Promise<Buffer> {
    if (count > this.remaining) this.fail(count, what);
    if (this.has(count)) {
      const part = this.bytes(count);
      if (count < HANDED_OVER) return Buffer.from(part);
      this.replaceWindow();
      return part;
    }
    const all = Buffer.allocUnsafeSlow(count);
    for (let done = 0; done < count;) {
      if (!this.has(1) && !(await this.fill(1))) this.fail(count - done, what);
      const step = toIndex(Math.min(count - done, this.limit - this.position));
      this.buffer.copy(all, done, this.position, this.position + step);
      this.position += step;
      done += step;
    }
    return all;
  }

  /** Goes to an absolute offset, forwards or back, where that is in the window or the source can seek. False, and nothing done, where not. */
  moveTo(offset: number): boolean {
    if (offset >= this.base && offset <= this.seen) {
      this.position = toIndex(offset - this.base);
      this.clampLimit();
      return true;
    }
    if (!this.seekable) return false;
    this.jump(offset);
    return true;
  }

  /** The next `count` bytes as text; control characters, and bytes that are not UTF-8, become `\xNN`. */
  text(count: number): string {
    return printable(this.bytes(count));
  }

  /** A length byte and that many bytes of text (`qemu_put_counted_string`). */
  async counted(what: string): Promise<string> {
    await this.need(1, `${what} length`);
    const length = this.peekU8();
    await this.need(1 + length, what);
    this.position++;
    return this.text(length);
  }

  /** Steps over `count` bytes, seeking where the source can and it pays. */
  async skip(count: number, what: string): Promise<void> {
    if (count > this.remaining) this.fail(count, what);
    let left = count;
    while (left > 0) {
      if (this.position === this.limit) {
        if (this.seekable && left > Math.min(WINDOW, this.readAhead)) {
          this.jump(this.offset + left);
          return;
        }
        if (!(await this.fill(1))) this.fail(left, what);
      }
      const step = toIndex(Math.min(left, this.limit - this.position));
      this.position += step;
      left -= step;
    }
  }

  /**
   * Runs `fn` with the next `length` bytes as the whole world. Where it stands afterwards is for the caller to judge.
   * A source that ends inside the range is met when reading gets there, so that what is there is decoded.
   *
   * @throws DecodeError `malformed` at once when the range does not fit in the one around it
   */
  async within<T>(length: number, name: string, fn: () => Promise<T>): Promise<T> {
    const end = this.offset + length;
    const outer = this.rangeEnd;
    if (end > outer) this.fail(length, name);
    this.rangeEnd = end;
    this.names.push(name);
    this.clampLimit();
    try {
      return await fn();
    } finally {
      this.rangeEnd = outer;
      this.names.pop();
      this.clampLimit();
    }
  }

  /** Loads as much as one window may hold and returns the view of it: for structures whose end has to be looked for. */
  async lookahead(): Promise<Buffer> {
    await this.fill(MAX_LOOKAHEAD);
    return this.buffer.subarray(this.position, this.limit);
  }

  /** Refuses to go on because the input, or the current range, ends before `what` does, which starts at `from`. */
  endsInside(what: string, from = this.offset): never {
    this.fail(undefined, what, from);
  }

  /** The names of the ranges that are open, and what is being read. */
  path(what: string): string {
    return [...this.names, what].join(' > ');
  }

  /** Absolute offset of the end of the source, as far as it is known. */
  private get inputEnd(): number {
    return this.source.size ?? (this.ended ? this.seen : Infinity);
  }

  private fail(count: number | undefined, what: string, offset = this.offset): never {
    const there = Math.max(0, Math.min(this.rangeEnd, this.inputEnd) - offset);
    const inRange = this.inputEnd >= this.rangeEnd;
    const found = there === Infinity ? 'the end' : `${there} bytes`;
    if (inRange && this.names.length > 0) {
      const name = this.names[this.names.length - 1]!;
      throw new DecodeError(
        'malformed',
        'range-exceeded',
        `${name} ends inside ${what}`,
        { offset, length: there, path: this.path(what) },
        { ...(count !== undefined && { expected: `${count} bytes` }), found },
      );
    }
    throw new DecodeError(
      'truncated',
      'truncated',
      `the input ends inside ${what}`,
      { offset, length: Number.isFinite(there) ? there : 0, path: this.path(what) },
      { ...(count !== undefined && { expected: `${count} bytes` }), found },
    );
  }

  private jump(offset: number): void {
    this.source.seek!(offset);
    this.base = offset;
    this.position = 0;
    this.loaded = 0;
    this.ended = false;
    this.ramp = FIRST_READ;
    this.clampLimit();
  }

  /** Moves what is unread or kept to the front of the window, which grows when `count` asks for it. False when it cannot. */
  private makeRoom(count: number): boolean {
    const kept = this.keep - this.base;
    const first = kept < this.position ? toIndex(Math.max(0, kept)) : this.position;
    const held = this.loaded - first;
    const wanted = this.position - first + count;
    if (held === this.capacity && wanted > held) {
      if (held === MAX_WINDOW) return false;
      this.capacity = Math.min(MAX_WINDOW, held + WINDOW);
    } else if (this.capacity > WINDOW && held <= WINDOW / 2 && wanted <= WINDOW / 2) this.capacity = this.window;
    const size = sizeFor(this.capacity);
    if (size > this.buffer.length || (size <= SMALL && this.buffer.length > SMALL)) this.moveInto(size, first);
    else if (first > 0) {
      this.buffer.copyWithin(0, first, this.loaded);
      this.rebase(first);
    }
    return true;
  }

  /** Leaves the window to whoever has a view of it, and goes on in another. */
  private replaceWindow(): void {
    const unread = this.loaded - this.position;
    this.capacity = Math.max(this.window, unread);
    this.moveInto(sizeFor(this.capacity), this.position);
  }

  private moveInto(size: number, first: number): void {
    const { home } = this;
    const next = size === home.length && this.buffer !== home ? home : readBuffer(size);
    this.buffer.copy(next, 0, first, this.loaded);
    this.buffer = next;
    this.view = viewOf(next);
    this.rebase(first);
  }

  /** Index `first` of the window has become its index 0. */
  private rebase(first: number): void {
    this.base += first;
    this.position -= first;
    this.loaded -= first;
    this.clampLimit();
  }

  /** So many more bytes are in the window. */
  private arrived(count: number): void {
    if (count === 0) this.ended = true;
    this.loaded += count;
    this.clampLimit();
  }

  private clampLimit(): void {
    const end = this.rangeEnd - this.base;
    this.limit = end < this.loaded ? Math.max(this.position, toIndex(end)) : this.loaded;
  }
}

/** An index in the window, from a difference of offsets. Those are doubles; what indices are, loops over the window are compiled for: small integers. */
function toIndex(difference: number): number {
  return difference | 0;
}

/** The buffer for a window of that many bytes. */
function sizeFor(capacity: number): number {
  return capacity <= SMALL ? capacity : MAX_WINDOW;
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text with `\xNN` for every byte of a control character; and, when it is not UTF-8, for every byte outside printable ASCII. */
export function printable(bytes: Uint8Array): string {
  try {
    return visible(utf8.decode(bytes));
  } catch {
    return Array.from(bytes, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : escapedByte(byte),
    ).join('');
  }
}
