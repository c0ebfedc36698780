import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { inferPageSize } from '../../src/stream/multifd-page-size.js';
import { MULTIFD_PACKET_START, multifdHeaderSize } from '../../src/wire/multifd.js';
import { join } from '../build/bytes.js';
import { ramPacket } from '../build/multifd.js';

const infer = (bytes: Uint8Array) => inferPageSize(new Cursor(new MemorySource(bytes)));
/** A packet whose count of pages is this, whatever its size. */
function counting(pagesAlloc: number, size: number): Buffer {
  const packet = Buffer.alloc(size);
  packet.set(MULTIFD_PACKET_START);
  packet.writeUInt32BE(pagesAlloc, 12);
  return packet;
}

describe('inferPageSize', () => {
  it('goes by the room that a packet has', async () => {
    expect(await infer(ramPacket({ normal: [0] }))).toEqual({
      pageSize: 4096,
      evidence: 'a multifd packet has room for 128 pages',
    });
  });

  it.each([1024, 4096, 65536])('goes by the next packet where there is no count: %d', async (pageSize) => {
    const packet = counting(0, multifdHeaderSize(pageSize));
    expect(await infer(join(packet, packet))).toMatchObject({ pageSize });
    expect(await infer(packet)).toMatchObject({ pageSize });
  });

  it('says nothing where nothing tells', async () => {
    expect(await infer(counting(100, 8192))).toBeUndefined();
    expect(await infer(join(counting(0, 1000), Buffer.alloc(20_000, 1)))).toBeUndefined();
  });

  it('is truncated inside the header', async () => {
    await expect(infer(counting(0, 30))).rejects.toMatchObject({ kind: 'truncated' });
  });
});
