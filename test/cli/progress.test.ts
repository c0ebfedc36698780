import type * as fs from 'node:fs';
import { writeSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { progress } from '../../src/cli/progress.js';
import { PageBatch } from '../../src/stream/page-batch.js';

vi.mock('node:fs', async (original) => ({ ...(await original<typeof fs>()), writeSync: vi.fn() }));

const terminal = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
const written = (): unknown[] => vi.mocked(writeSync).mock.calls.map(([, text]) => text);

function isTerminal(value: boolean): void {
  Object.defineProperty(process.stderr, 'isTTY', { value, configurable: true });
}

function batchAt(offset: number): PageBatch {
  const batch = new PageBatch([]);
  batch.length = 1;
  batch.offset[0] = offset;
  return batch;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.mocked(writeSync).mockClear();
  isTerminal(true);
});

afterEach(() => {
  vi.useRealTimers();
  if (terminal) Object.defineProperty(process.stderr, 'isTTY', terminal);
  else Reflect.deleteProperty(process.stderr, 'isTTY');
});

describe('progress', () => {
  it('is silent unless it is wanted, on a terminal', () => {
    expect(progress('vm', false)).toBeUndefined();
    isTerminal(false);
    expect(progress('vm', true)).toBeUndefined();
  });

  it('leaves no trace of work that takes less than a second', () => {
    const line = progress('vm', true)!;
    vi.advanceTimersByTime(999);
    line.sink.pages!(batchAt(5));
    line.clear();
    expect(written()).toEqual([]);
  });

  it('says how far it is and how fast, five times a second, and cleans up', () => {
    const line = progress('v\x1bm', true)!;
    vi.advanceTimersByTime(2000);
    line.sink.pages!(batchAt(2 << 20));
    line.sink.pages!(batchAt(3 << 20));
    vi.advanceTimersByTime(200);
    line.sink.pages!(batchAt(11 << 20));
    line.clear();
    expect(written()).toEqual(['\r\x1b[Kv\\x1bm: 2 MiB, 1 MiB/s', '\r\x1b[Kv\\x1bm: 11 MiB, 5 MiB/s', '\r\x1b[K']);
  });
});
