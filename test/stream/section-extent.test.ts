import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { extentByFooter, extentBySize, isFooter } from '../../src/stream/section-extent.js';
import { hexBytes, join, noise } from '../build/bytes.js';
import { eof, footer, full } from '../build/elements.js';

const context = { footers: undefined, started: (id: number) => id === 2 };
const over = (bytes: Uint8Array, chunk?: number): Cursor =>
  new Cursor(new MemorySource(bytes, 'm', chunk === undefined ? {} : { chunk }));
const NEXT = full({ id: 9, idstr: 'next' }, noise(4));

describe('extentByFooter', () => {
  it.each([1, 2, 7, 1 << 20])('finds the footer that an element follows (chunk: %d)', async (chunk) => {
    const payload = join(noise(300), footer(7), noise(300, 5), footer(7), hexBytes('ff'));
    expect(await extentByFooter(over(join(payload, footer(7), NEXT), chunk), 7, context)).toEqual({
      length: payload.length,
      footer: true,
    });
  });

  it('takes a weak one when there is nothing better', async () => {
    const bytes = join(noise(20), footer(7), eof(), Buffer.alloc(40));
    expect(await extentByFooter(over(bytes), 7, context)).toEqual({ length: 20, footer: true });
    const better = join(noise(20), footer(7), eof(), Buffer.alloc(40), footer(7), NEXT);
    expect(await extentByFooter(over(better), 7, context)).toEqual({ length: 66, footer: true });
  });

  it('finds an empty payload', async () => {
    expect(await extentByFooter(over(join(footer(7), NEXT)), 7, context)).toEqual({ length: 0, footer: true });
  });

  it('finds nothing where there is none', async () => {
    expect(await extentByFooter(over(join(noise(500), footer(8))), 7, context)).toBeUndefined();
  });

  it('stops where it is told to, and holds what it is told to', async () => {
    const endless = (): Cursor =>
      new Cursor({ name: 'endless', read: (into) => into.fill(1).length, close: () => undefined });
    const held = endless();
    expect(await extentByFooter(held, 7, context, { hold: 4 << 20, most: 4 << 20 })).toBeUndefined();
    expect(held.moveTo(0)).toBe(true);
    const passed = endless();
    expect(await extentByFooter(passed, 7, context, { hold: 2 << 20, most: 4 << 20 })).toBeUndefined();
    expect(passed.moveTo(0)).toBe(false);
    expect(passed.buffer.length).toBeLessThan(2 << 20);
  });

  it('comes back to a weak one from a pipe, and holds no more for it than it may', async () => {
    const bytes = join(noise(3 << 20), footer(7), eof(), Buffer.alloc(18 << 20), footer(7), NEXT);
    const cursor = new Cursor(new MemorySource(bytes, 'm', { seekable: false, chunk: 1 << 20 }));
    expect(await extentByFooter(cursor, 7, context)).toEqual({ length: 3 << 20, footer: true });
    expect(cursor.moveTo(3 << 20)).toBe(true);
  });
});

describe('extentBySize', () => {
  const payload = noise(100);

  it('takes the size where a footer stands, or an element', async () => {
    expect(await extentBySize(over(join(payload, footer(7), NEXT)), 7, 100, context)).toEqual({
      length: 100,
      footer: true,
    });
    expect(await extentBySize(over(join(payload, NEXT)), 7, 100, context)).toEqual({ length: 100, footer: false });
    expect(await extentBySize(over(join(payload, NEXT)), 7, 100, { ...context, footers: true })).toBeUndefined();
    expect(
      await extentBySize(over(join(payload, footer(7), NEXT)), 7, 101, { ...context, footers: true }),
    ).toBeUndefined();
  });

  it.each([99, 5000, -1, 0.5, NaN, Infinity, 2 ** 60])('does not take %d', async (size) => {
    const cursor = over(join(payload, footer(7), NEXT));
    expect(await extentBySize(cursor, 7, size, context)).toBeUndefined();
    expect(cursor.offset).toBe(0);
    expect(await cursor.fill(100)).toBe(true);
  });
});

it('a footer has an id', () => {
  expect(isFooter(footer(7), 0, 5, 7)).toBe(true);
  expect(isFooter(footer(7), 0, 5, 8)).toBe(false);
  expect(isFooter(footer(7), 0, 4, 7)).toBe(false);
});
