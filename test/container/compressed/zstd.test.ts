import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { ZstdFrames } from '../../../src/container/compressed/zstd.js';
import { hexBytes, join, noise } from '../../build/bytes.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../../containers.js';

const PACKED = containerFixture('stream.bin.zst');
const PLAIN = plainStream();
const SKIPPABLE = join(hexBytes('502a4d18 05000000'), noise(5));
const open = (bytes: Uint8Array, chunk = 1 << 20): ZstdFrames =>
  new ZstdFrames(new MemorySource(bytes, 'vm.zst', { seekable: false, chunk }));

describe('ZstdFrames', () => {
  it.each([
    ['a frame', PACKED, PLAIN],
    ['several frames, and some to be skipped', join(SKIPPABLE, PACKED, SKIPPABLE, PACKED), join(PLAIN, PLAIN)],
    ['a frame without a checksum or a size', hexBytes('28b52ffd 00 58 19 0000 414243'), Buffer.from('ABC')],
    ['a run', hexBytes('28b52ffd 00 58 53 0000 41'), Buffer.alloc(10, 'A')],
  ])('unpacks %s', async (_what, packed, expected) => {
    for (const chunk of [1, 100, 1 << 20]) {
      const source = open(packed, chunk);
      expectBytes(await readAll(source, 1000), expected);
      expect(source.faults).toEqual([]);
    }
  });

  it.each([
    ['cut in a block', PACKED.subarray(0, 1000), 'wrapper-cut', 'the input ends inside block, at 0x'],
    [
      'cut in its header',
      PACKED.subarray(0, 4),
      'wrapper-cut',
      'the input ends inside frame header, at 0x0 of the file',
    ],
    ['cut in its checksum', PACKED.subarray(0, -1), 'wrapper-cut', 'the input ends inside checksum'],
    ['before something else', join(PACKED, noise(30)), 'wrapper-trailing', 'what follows the last frame is none'],
    ['with a block of no type', hexBytes('28b52ffd 00 58 1f 0000 414243'), 'wrapper-damaged', 'invalid block type'],
    ['with a window that takes a machine', hexBytes('28b52ffd 00 f8 19 0000 414243'), 'wrapper-damaged', '--long=31'],
    [
      'with a content that takes a machine',
      hexBytes('28b52ffd e0 00000000ff000000 190000 414243'),
      'wrapper-damaged',
      'a window of 1095216660480 bytes',
    ],
  ])('reports a file %s', async (_what, packed, rule, message) => {
    const source = open(packed);
    const bytes = await readAll(source);
    expectBytes(bytes, PLAIN.subarray(0, bytes.length));
    expect(source.faults).toMatchObject([{ rule, offset: bytes.length }]);
    expect(source.faults[0]!.message).toContain(message);
  });

  it('does not unpack a bomb at once', async () => {
    // Each block of four bytes is a run of 128 KiB.
    const block = hexBytes('02001000');
    const before = process.memoryUsage().arrayBuffers;
    const source = open(join(hexBytes('28b52ffd 00 58'), Buffer.concat(Array.from({ length: 20_000 }, () => block))));
    await source.read(Buffer.alloc(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(256 << 20);
    source.close();
  });
});
