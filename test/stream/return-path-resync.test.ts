import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { resyncReturnPath, returnPathMessageAt } from '../../src/stream/return-path-resync.js';
import { counted, hexBytes, join, u16, u32 } from '../build/bytes.js';

const message = (type: number, payload: Uint8Array): Buffer => join(u16(type), u16(payload.length), payload);
const PONG = message(2, u32(1));
const over = (bytes: Uint8Array, chunk = 1 << 20): Cursor => new Cursor(new MemorySource(bytes, 'm', { chunk }));

describe('resyncReturnPath', () => {
  it.each([1, 3, 1 << 20])('finds the next message that another one follows (chunk: %d)', async (chunk) => {
    const junk = hexBytes('ff 00 02 00 04 ff ff 00 01 ff ff');
    const cursor = over(join(junk, PONG, PONG), chunk);
    expect([await resyncReturnPath(cursor), cursor.offset]).toEqual(['message', junk.length]);
  });

  it('goes where a message that is refused ends', async () => {
    const refused = message(99, Buffer.alloc(50, 0xff));
    const cursor = over(join(refused, PONG, PONG));
    expect([await resyncReturnPath(cursor), cursor.offset]).toEqual(['message', refused.length]);
  });

  it('knows a page request by its name alone', async () => {
    const junk = Buffer.alloc(7, 0xee);
    const cursor = over(join(junk, message(3, join(Buffer.alloc(12), counted('pc.ram'))), hexBytes('ffff ffff')));
    expect([await resyncReturnPath(cursor), cursor.offset]).toEqual(['message', junk.length]);
  });

  it.each([
    ['zeros', Buffer.alloc(1000)],
    ['end', Buffer.alloc(1000, 0xff)],
    ['zeros', Buffer.alloc(0)],
  ])('comes to the end of %s', async (what, bytes) => {
    const cursor = over(bytes, 100);
    expect([await resyncReturnPath(cursor), cursor.offset]).toEqual([what, bytes.length]);
  });
});

describe('returnPathMessageAt', () => {
  it('takes the end of the input for one, and nothing beyond it', async () => {
    expect(await returnPathMessageAt(over(PONG), 8)).toBe(true);
    expect(await returnPathMessageAt(over(PONG), 9)).toBe(false);
    expect(await returnPathMessageAt(over(join(PONG, hexBytes('ffff'))), 0)).toBe(false);
  });
});
