/** Whatever a wrapper holds, what comes of it is a stream with findings, or one line that says why not. */
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { openSource } from '../../src/container/open.js';
import { InputError } from '../../src/finding.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import { join, randomNumbers } from '../build/bytes.js';
import { qcow2Image } from '../build/qcow2.js';
import { containerFixture, plainStream } from '../containers.js';

const RUNS = 60;
const small = qcow2Image(plainStream(), { clusterBits: 9 });
const WRAPPED: readonly (readonly [string, Buffer, reach: number])[] = [
  ['gzip', containerFixture('stream.bin.gz'), 3036],
  ['a libvirt save image', join(containerFixture('libvirt-header.bin.br'), plainStream()), 100],
  [
    'a libvirt save image of gzip',
    join(containerFixture('libvirt-header.bin.br'), containerFixture('stream.bin.gz')),
    100,
  ],
  ['qcow2, its header and tables', small.bytes, small.l2 + 2048],
  ['qcow2, compressed clusters', containerFixture('qcow2-compressed-deflate.qcow2.br'), 1 << 15],
  ['qcow2, extended L2 entries', containerFixture('qcow2-compressed-ext-zstd.qcow2.br'), 1 << 18],
];

/** Changes a few bytes of the part that says how the rest is to be read. */
function damage(bytes: Buffer, reach: number, next: () => number): Buffer {
  const copy = Buffer.from(bytes);
  for (let i = 1 + (next() % 4); i > 0; i--) {
    const at = next() % Math.min(reach, copy.length);
    if (next() % 3 === 0) copy[at]! ^= 1 << (next() % 8);
    else if (next() % 2 === 0) copy[at] = [0, 0xff, 0x7f, 0x80][next() % 4]!;
    else copy.fill(next(), at, Math.min(copy.length, at + (next() % 8)));
  }
  return next() % 4 === 0 ? copy.subarray(0, next() % copy.length) : copy;
}

describe('damaged wrappers', () => {
  it.each(WRAPPED)('%s', async (_what, bytes, reach) => {
    const next = randomNumbers(bytes.length);
    let read = 0;
    for (let run = 0; run < RUNS; run++) {
      const damaged = damage(bytes, reach, next);
      try {
        const channel = await openSource(new MemorySource(damaged, 'vm'));
        await decodeChannel(channel.cursor, [{ event: () => read++ }], { role: channel.role, channel: 'vm' });
        channel.close();
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        expect(error.message).toMatch(/^vm\b/);
      }
    }
    expect(read).toBeGreaterThan(0);
  });
});
