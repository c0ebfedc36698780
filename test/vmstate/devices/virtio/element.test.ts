import { describe, expect, it } from 'vitest';
import { Cutter, LayoutMismatch } from '../../../../src/vmstate/cutter.js';
import { cutElement, ELEMENT_BYTES } from '../../../../src/vmstate/devices/virtio/element.js';
import { elementValue } from '../../../../src/vmstate/values.js';
import { element } from '../../../build/virtio.js';

function cut(bytes: Buffer, packed = false): Record<string, unknown> {
  const cutter = new Cutter(bytes, 0, bytes.length);
  cutElement(cutter, 'elem', packed);
  expect(cutter.remaining).toBe(0);
  const { fields } = cutter.result('x', 0).fields[0]!.structs![0]!;
  return Object.fromEntries(
    fields
      .filter(({ structs, count }) => !structs && count > 0)
      .map((field) => [field.name, elementValue(field, bytes, 0)]),
  );
}

describe('cutElement', () => {
  const little = element(0x102, [[0x7c00, 512]], []);

  it('reads the structure of a little-endian host', () => {
    expect(little).toHaveLength(ELEMENT_BYTES);
    expect(cut(little)).toMatchObject({ index: 0x102, out_num: 0, in_num: 1, in_addr: 0x7c00n });
  });

  it('reads that of a big-endian host', () => {
    const big = Buffer.from(little);
    for (const at of [0, 4, 8]) big.writeUInt32BE(little.readUInt32LE(at), at);
    for (const at of [16, 16408]) big.writeBigUInt64BE(little.readBigUInt64LE(at), at);
    expect(cut(big)).toMatchObject({ index: 0x102, out_num: 0, in_num: 1, in_addr: 0x7c00n });
  });

  it('has the number of descriptors before it, for packed rings', () => {
    expect(cut(Buffer.concat([Buffer.from([0, 0, 0, 9]), little]), true)).toMatchObject({ ndescs: 9, in_num: 1 });
  });

  it.each([
    ['no buffer', element(0, [], [])],
    ['too many', Buffer.concat([Buffer.alloc(8), Buffer.from('01050000', 'hex'), Buffer.alloc(ELEMENT_BYTES - 12)])],
    ['half of it', little.subarray(0, 9000)],
  ])('refuses one with %s', (_, bytes) => {
    expect(() => cut(bytes)).toThrow(LayoutMismatch);
  });
});
