import { describe, expect, it } from 'vitest';
import { join, u32, u64, u8 } from '../../../build/bytes.js';
import { virtioPayload } from '../../../build/virtio.js';
import { decodeVirtio } from '../decoded.js';

const end = u8(0);
const mapping = join(u8(1), u64(0x1000), u64(0x1fff), u64(0x8000), u32(3));
const domain = (count: number): Buffer =>
  join(u8(1), u64(5), u32(5), u32(count), mapping, end, u8(1), u32(0x18), end, u8(0));

describe('virtio-iommu', () => {
  it('has domains with mappings and endpoints', () => {
    const part = join(u32(1), domain(1), end, u8(1));
    const { values, failures } = decodeVirtio('virtio-iommu', virtioPayload({ part }), 2);
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'device/domains[0]/key': 5n,
      'device/domains[0]/mappings[0]/phys_addr': 0x8000n,
      'device/domains[0]/mappings[0]/flags': 3,
      'device/domains[0]/endpoint_list[0]/id': 0x18,
      'device/domains[0]/bypass': false,
      'device/config.bypass': 1,
    });
  });

  it('had no bypass in its first version', () => {
    const { values, failures } = decodeVirtio('virtio-iommu', virtioPayload({ part: join(u32(0), end) }), 1);
    expect(failures).toEqual([]);
    expect(values).not.toHaveProperty('device/config.bypass');
  });

  it('stays bytes where a tree has not the nodes that it says', () => {
    const part = join(u32(1), domain(2), end, u8(1));
    const { failures } = decodeVirtio('virtio-iommu', virtioPayload({ part }), 2);
    expect(failures).toMatchObject([{ layout: 'virtio-iommu-device', reason: 'mappings has 1 nodes and says 2' }]);
  });
});
