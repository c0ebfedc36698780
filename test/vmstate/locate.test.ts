import { describe, expect, it } from 'vitest';
import { decodeDevice } from '../../src/vmstate/device.js';
import { locate } from '../../src/vmstate/locate.js';
import { deviceSection } from './devices/fixtures.js';

const { payload, context, description } = deviceSection('10.0-pci-packed', 'virtio-net');
const { state } = decodeDevice(description, payload, context);
const at = (path: string): number => {
  // The first byte that is of the field.
  for (let offset = 0; offset < payload.length; offset++) if (locate(state!, offset)?.place === path) return offset;
  throw new Error(`nothing at ${path}`);
};

describe('locate', () => {
  it('leads from an offset to the innermost field', () => {
    const offset = at('virtio/queues[2]/vring.desc');
    expect(Buffer.from(payload).readBigUInt64BE(offset)).toBe(0x3420000n);
    expect(locate(state!, offset + 7)).toMatchObject({
      path: 'virtio/queues/vring.desc',
      struct: { vmsdName: 'rx1' },
      field: { name: 'vring.desc', start: offset, size: 8 },
      element: 0,
    });
  });

  it('knows the element of an array, and ways through subsections', () => {
    const { start } = locate(state!, at('virtio/device/mac_table.macs[0]'))!.field;
    expect(locate(state!, start + 13)).toMatchObject({ place: 'virtio/device/mac_table.macs[2]', element: 2 });
    expect(locate(state!, at('virtio/virtio/64bit_features/guest_features'))?.path).toBe(
      'virtio/virtio/64bit_features/guest_features',
    );
  });

  it('has nothing to say of heads of subsections, and of what is outside', () => {
    expect(locate(state!, at('virtio/virtio/64bit_features/guest_features') - 1)).toBeUndefined();
    expect(locate(state!, payload.length)).toBeUndefined();
    expect(locate(state!, -1)).toBeUndefined();
  });

  it('finds a field for all bytes but those of the heads', () => {
    let without = 0;
    for (let offset = 0; offset < payload.length; offset += 13) if (!locate(state!, offset)) without++;
    expect(without).toBeLessThan(20);
  });
});
