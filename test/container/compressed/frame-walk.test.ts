import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { behindFrames } from '../../../src/container/compressed/frame-walk.js';
import { skipLz4Frame } from '../../../src/container/compressed/lz4-frame.js';
import { skipZstdFrame } from '../../../src/container/compressed/zstd-frame.js';
import { hexBytes, join, noise } from '../../build/bytes.js';
import { containerFixture } from '../../containers.js';

const zeros = (count: number): Buffer => Buffer.alloc(count);
const SKIPPABLE = join(hexBytes('512a4d1805000000'), noise(5));

describe.each([
  ['zstd', skipZstdFrame, containerFixture('stream.bin.zst')],
  ['lz4', skipLz4Frame, containerFixture('stream.bin.lz4')],
] as const)('the end of frames of %s', (_, skip, frame) => {
  const { length } = frame;

  it.each([
    ['one', [frame], length, false],
    ['several', [frame, frame, zeros(1)], 2 * length, true],
    ['one with padding', [frame, zeros(3 << 20)], length, true],
    ['one with something else behind it', [frame, noise(100)], length, false],
    ['one with padding, and something else', [frame, zeros(3 << 20), noise(1)], length, false],
  ] as const)('%s', async (_case, parts, end, padding) => {
    const source = new MemorySource(join(...parts));
    // What was read before does not count.
    await source.read(Buffer.alloc(50));
    expect(await behindFrames(source, skip)).toEqual({ end, padding });
  });

  it('is not known where one is cut, nor from a pipe', async () => {
    for (const cut of [10, length >> 1, length - 1])
      expect(await behindFrames(new MemorySource(frame.subarray(0, cut)), skip)).toBeUndefined();
    expect(await behindFrames(new MemorySource(frame, 'm', { seekable: false }), skip)).toBeUndefined();
  });
});

it('steps over frames of zstd to be skipped', async () => {
  const frame = containerFixture('stream.bin.zst');
  const source = new MemorySource(join(SKIPPABLE, frame, SKIPPABLE, zeros(3)));
  const end = frame.length + 2 * SKIPPABLE.length;
  expect(await behindFrames(source, skipZstdFrame)).toEqual({ end, padding: true });
});
