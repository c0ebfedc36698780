import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { openGzip } from '../../../src/container/compressed/gzip.js';
import type { OneInside } from '../../../src/container/wrapper.js';
import { join, noise } from '../../build/bytes.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../../containers.js';

const open = (bytes: Uint8Array, chunk = 1 << 20): OneInside['source'] =>
  openGzip(new MemorySource(bytes, 'vm.gz', { seekable: false, chunk })).source;
const PACKED = containerFixture('stream.bin.gz');
const PLAIN = plainStream();

/** A member with everything that a header can have. */
function withHeader(packed: Buffer): Buffer {
  const header = Buffer.from('1f8b081e000000000003', 'hex');
  const extra = Buffer.from('0500', 'hex');
  const text = Buffer.from('12345name\0comment\0\x12\x34', 'latin1');
  return join(header, extra, text, packed.subarray(10));
}

describe('gzip', () => {
  it.each([
    ['what gzip wrote', PACKED, PLAIN],
    ['several members', join(PACKED, gzipSync(Buffer.alloc(0)), PACKED), join(PLAIN, PLAIN)],
    ['a header with all there can be', withHeader(gzipSync(PLAIN)), PLAIN],
    ['zeros behind it', join(PACKED, Buffer.alloc(700)), PLAIN],
    ['nothing in it', gzipSync(Buffer.alloc(0)), Buffer.alloc(0)],
    ['more than one chunk', gzipSync(noise(3_000_000)), noise(3_000_000)],
  ])('unpacks %s', async (_what, packed, expected) => {
    const source = open(packed);
    expectBytes(await readAll(source), expected);
    expect(source.faults).toEqual([]);
  });

  it.each([1, 7, 4095])('unpacks what comes %d bytes at a time', async (chunk) => {
    const source = open(join(PACKED, PACKED), chunk);
    expectBytes(await readAll(source, 1000), join(PLAIN, PLAIN));
    expect(source.faults).toEqual([]);
  });

  it.each([
    ['cut in its data', PACKED.subarray(0, 1500), 'wrapper-cut', 'ends inside the deflate data, at 0x5dc of the file'],
    ['cut before its trailer', PACKED.subarray(0, -8), 'wrapper-cut', 'the input ends inside gzip trailer'],
    ['cut in its trailer', PACKED.subarray(0, -3), 'wrapper-cut', 'the input ends inside gzip trailer'],
    ['cut in its header', withHeader(PACKED).subarray(0, 20), 'wrapper-cut', 'the input ends inside gzip file name'],
    ['with another checksum', changed(PACKED, PACKED.length - 8), 'wrapper-damaged', 'the checksum is 0x'],
    ['with another length', changed(PACKED, PACKED.length - 4), 'wrapper-damaged', 'but 33519 bytes came out'],
    [
      'with damaged data',
      join(PACKED.subarray(0, 10), Buffer.alloc(50, 0xff)),
      'wrapper-damaged',
      'invalid block type',
    ],
    [
      'before something else',
      join(PACKED, noise(50)),
      'wrapper-trailing',
      `at 0x${PACKED.length.toString(16)} of the file`,
    ],
  ])('reports a file %s', async (_what, packed, rule, message) => {
    const source = open(packed);
    const bytes = await readAll(source);
    expectBytes(bytes, PLAIN.subarray(0, bytes.length));
    expect(source.faults).toMatchObject([{ rule, offset: bytes.length }]);
    expect(source.faults![0]!.message).toMatch(/^gzip: /);
    expect(source.faults![0]!.message).toContain(message);
  });

  it('loses nothing of a file that was cut anywhere', async () => {
    let before = -1;
    for (let length = 18; length < PACKED.length; length += 97) {
      const source = open(PACKED.subarray(0, length));
      const bytes = await readAll(source);
      expectBytes(bytes, PLAIN.subarray(0, bytes.length));
      expect(bytes.length).toBeGreaterThanOrEqual(before);
      expect(source.faults).toMatchObject([{ rule: 'wrapper-cut' }]);
      before = bytes.length;
    }
    expect(before).toBeGreaterThan(PLAIN.length - 1000);
  });

  it('does not run far ahead of its reader', async () => {
    const packed = gzipSync(Buffer.alloc(64 << 20));
    let given = 0;
    const counting = {
      name: 'vm.gz',
      read: (into: Uint8Array) => {
        const part = packed.subarray(given, given + Math.min(into.length, 1024));
        into.set(part);
        given += part.length;
        return part.length;
      },
      close: () => undefined,
    };
    const { source } = openGzip(counting);
    await source.read(Buffer.alloc(10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(given).toBeLessThan(packed.length / 2);
    source.close();
    expect(await source.read(Buffer.alloc(1))).toBeLessThanOrEqual(1);
  });
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0xff;
  return copy;
}
