import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { findPacket } from '../../src/stream/multifd-resync.js';
import { MULTIFD_PACKET_START } from '../../src/wire/multifd.js';
import { join, noise } from '../build/bytes.js';
import { devicePacket, ramPacket, syncPacket } from '../build/multifd.js';

const over = (bytes: Uint8Array, chunk = 1 << 20): Cursor => new Cursor(new MemorySource(bytes, 'm', { chunk }));
const JUNK = join(noise(500), MULTIFD_PACKET_START, noise(700, 2));

/** A packet with a word of its header changed. */
function changed(packet: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(packet);
  copy.writeUInt32BE(value, at);
  return copy;
}

describe('findPacket', () => {
  it.each([
    ['RAM', ramPacket({ normal: [0] }), 1 << 20],
    ['RAM, read by a few bytes', ramPacket({ normal: [0] }), 7],
    ['SYNC', syncPacket(3), 1 << 20],
    ['device state', devicePacket(), 1 << 20],
  ])('steps over a start that no packet follows, to one of %s', async (_, packet, chunk) => {
    const cursor = over(join(JUNK, packet, noise(400, 3)), chunk);
    expect([await findPacket(cursor, 4096), cursor.offset]).toEqual([true, JUNK.length]);
  });

  it.each([
    ['flags that there are not', changed(syncPacket(1), 8, 0x8001)],
    ['two methods of compression', changed(syncPacket(1), 8, 0x06)],
    ['more pages than a packet has room for', changed(ramPacket({ normal: [0] }), 16, 129)],
    ['room for more pages than a packet has', changed(syncPacket(1), 12, 129)],
    ['bytes that are unused', changed(syncPacket(1), 40, 1)],
    ['pages of no block', changed(syncPacket(1), 16, 1)],
  ])('takes none with %s', async (_, packet) => {
    const cursor = over(packet);
    expect([await findPacket(cursor, 4096), cursor.offset]).toEqual([false, packet.length]);
  });

  it('comes to the end of what is shorter than a packet', async () => {
    const cursor = over(syncPacket(1).subarray(0, 100));
    expect([await findPacket(cursor, 4096), cursor.offset]).toEqual([false, 100]);
    expect(await findPacket(over(Buffer.alloc(0)), undefined)).toBe(false);
  });
});
