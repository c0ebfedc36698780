import { describe, expect, it, vi } from 'vitest';
import { type RecordingCut, type RecordingFile, WriteBudget, WriteQueue } from '../../src/capture/write-queue.js';

/** A file in memory that takes `room` bytes, and waits to be allowed to write them. */
class SlowFile implements RecordingFile {
  readonly chunks: Buffer[] = [];
  written = 0;
  closed = false;
  private allow: (() => void)[] = [];

  constructor(
    private readonly room = Infinity,
    private readonly slow = false,
  ) {}

  async write(chunks: readonly Uint8Array[]): Promise<void> {
    if (this.slow) await new Promise<void>((resolve) => this.allow.push(resolve));
    for (const chunk of chunks) {
      const part = Buffer.from(chunk.subarray(0, this.room - this.written));
      this.chunks.push(part);
      this.written += part.length;
      if (part.length < chunk.length) throw new Error('no space left on device');
    }
  }

  next(): void {
    this.allow.shift()?.();
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function make(file: RecordingFile, ...bounds: readonly number[]) {
  const cuts: RecordingCut[] = [];
  const budget = new WriteBudget((cut) => cuts.push(cut), ...bounds);
  const grown: number[] = [];
  const queue = new WriteQueue(
    'main.bin',
    () => Promise.resolve(file),
    budget,
    (bytes) => grown.push(bytes),
  );
  return { cuts, budget, queue, grown };
}

describe('a queue of writes', () => {
  it('writes all of it in order, and closes the file', async () => {
    const file = new SlowFile();
    const { queue, grown, budget } = make(file);
    queue.push(Buffer.from('one '));
    queue.push(Buffer.from('two '));
    await settled();
    queue.push(Buffer.from('three'));
    await queue.finish();
    expect(Buffer.concat(file.chunks).toString()).toBe('one two three');
    expect([queue.written, grown.at(-1), file.closed, budget.cut]).toEqual([13, 13, true, undefined]);
  });

  it('makes its file even when nothing is written', async () => {
    const file = new SlowFile();
    const { queue } = make(file);
    await queue.finish();
    expect(file.closed).toBe(true);
  });

  it('joins what came while it was writing', async () => {
    const file = new SlowFile(Infinity, true);
    const write = vi.spyOn(file, 'write');
    const { queue } = make(file);
    queue.push(Buffer.alloc(1));
    await settled();
    for (let i = 0; i < 10; i++) queue.push(Buffer.alloc(1));
    const finished = queue.finish();
    for (let i = 0; i < 4; i++) {
      file.next();
      await settled();
    }
    await finished;
    expect(write.mock.calls.map(([chunks]) => chunks.length)).toEqual([1, 10]);
  });

  it('says when too much waits, and when there is room again', async () => {
    const file = new SlowFile(Infinity, true);
    const { queue, budget } = make(file, 100, 50);
    queue.push(Buffer.alloc(90));
    expect(budget.isFull).toBe(false);
    queue.push(Buffer.alloc(20));
    expect(budget.isFull).toBe(true);
    const resumed = vi.fn();
    budget.whenRoom(resumed);
    await settled();
    file.next();
    await settled();
    expect([budget.isFull, resumed.mock.calls.length]).toEqual([false, 1]);
    void queue.finish();
    file.next();
  });

  it('that fails says where, and takes nothing more', async () => {
    const file = new SlowFile(10);
    const { queue, budget, cuts } = make(file, 100, 50);
    queue.push(Buffer.alloc(8));
    queue.push(Buffer.alloc(8));
    await settled();
    queue.push(Buffer.alloc(1000));
    expect(budget.isFull).toBe(false);
    await queue.finish();
    expect(cuts).toEqual([{ file: 'main.bin', offset: 10, reason: 'no space left on device' }]);
    expect([file.written, file.closed]).toEqual([10, true]);
  });

  it('ends with the others when one of them fails', async () => {
    const budget = new WriteBudget(() => undefined);
    const bad = new WriteQueue('bad', () => Promise.reject(new Error('no such file')), budget);
    const good = new SlowFile();
    const other = new WriteQueue('good', () => Promise.resolve(good), budget);
    bad.push(Buffer.alloc(1));
    await bad.finish();
    other.push(Buffer.alloc(1));
    await other.finish();
    expect([budget.cut, good.written]).toEqual([{ file: 'bad', offset: 0, reason: 'no such file' }, 0]);
  });
});
