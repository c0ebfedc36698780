import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { XzBlocks } from '../../../src/container/compressed/xz.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../../containers.js';

const PACKED = containerFixture('stream.bin.xz');
const open = (bytes: Uint8Array): XzBlocks => new XzBlocks(new MemorySource(bytes, 'vm.xz', { chunk: 500 }));

describe('XzBlocks', () => {
  it('unpacks', async () => {
    const source = open(PACKED);
    expectBytes(await readAll(source, 1000), plainStream());
    expect(source.faults).toEqual([]);
  });

  it.each([
    ['cut', PACKED.subarray(0, 1000), 'wrapper-cut', 'xz: the file ends too early, at 0x3e8 of the file'],
    [
      'damaged',
      Buffer.concat([PACKED.subarray(0, 900), Buffer.alloc(2000)]),
      'wrapper-damaged',
      'is damaged, before 0x',
    ],
  ])('reports a file that is %s, behind what came before', async (_what, packed, rule, message) => {
    const source = open(packed);
    const bytes = await readAll(source);
    expectBytes(bytes, plainStream().subarray(0, bytes.length));
    expect(source.faults).toMatchObject([{ rule, offset: bytes.length }]);
    expect(source.faults[0]!.message).toContain(message);
  });
});
