import { describe, expect, it } from 'vitest';
import { peek, take, withHead } from '../../src/bytes/peek.js';
import { MemorySource } from '../../src/bytes/source.js';
import { noise } from '../build/bytes.js';
import { readAll } from '../containers.js';

const BYTES = noise(200);

describe('peek', () => {
  it.each([
    [true, 1 << 20],
    [false, 1 << 20],
    [false, 7],
  ])('takes nothing away (seekable: %s, chunk: %d)', async (seekable, chunk) => {
    const peeked = await peek(new MemorySource(BYTES, 'm', { seekable, chunk }), 64);
    expect(peeked.head).toEqual(BYTES.subarray(0, 64));
    expect(peeked.source.name).toBe('m');
    expect(await readAll(peeked.source, 10)).toEqual(BYTES);
  });

  it('gives what there is of a short source', async () => {
    for (const seekable of [true, false]) {
      const { head, source } = await peek(new MemorySource(BYTES.subarray(0, 5), 'm', { seekable }), 64);
      expect(head).toEqual(BYTES.subarray(0, 5));
      expect(await readAll(source)).toEqual(BYTES.subarray(0, 5));
    }
  });
});

describe('take', () => {
  it('takes what comes next', async () => {
    const source = new MemorySource(BYTES, 'm', { chunk: 3 });
    expect(await take(source, 10)).toEqual(BYTES.subarray(0, 10));
    expect(await take(source, 300)).toEqual(BYTES.subarray(10));
  });
});

describe('withHead', () => {
  it('passes on what the source says of itself', async () => {
    const fault = { rule: 'wrapper-cut', message: 'cut', offset: 3 } as const;
    const source = { name: 'm', origin: 5, faults: [fault], read: () => 0, close: () => undefined };
    const whole = withHead(source, BYTES.subarray(0, 4));
    expect(whole).toMatchObject({ name: 'm', origin: 5, faults: [fault] });
    expect(await readAll(whole)).toEqual(BYTES.subarray(0, 4));
  });
});
