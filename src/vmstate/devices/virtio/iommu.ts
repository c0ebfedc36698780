/** virtio-iommu. Writer: `vmstate_virtio_iommu_device`, version 2 since 7.0 (hw/virtio/virtio-iommu.c). */
import type { Cutter } from '../../cutter.js';
import { ADDRESS, bits } from '../../meaning.js';
import { queueNames, type VirtioDevice } from './device.js';

const MAP_FLAGS = bits({ 0: 'READ', 1: 'WRITE', 2: 'MMIO' });

export const IOMMU: VirtioDevice = {
  id: 23,
  name: 'iommu',
  vmsds: ['virtio-iommu'],
  features: {
    0: 'INPUT_RANGE',
    1: 'DOMAIN_RANGE',
    2: 'MAP_UNMAP',
    3: 'BYPASS',
    4: 'PROBE',
    5: 'MMIO',
    6: 'BYPASS_CONFIG',
  },
  config: [
    ['page_size_mask', 'u64'],
    ['input_range.start', 'u64'],
    ['input_range.end', 'u64'],
    ['domain_range.start', 'u32'],
    ['domain_range.end', 'u32'],
    ['probe_size', 'u32'],
    ['bypass', 'u8'],
    ['reserved', 3],
  ],
  queue: queueNames('request', 'event'),
  part: { vmsd: 'virtio-iommu-device', cut: cutIommu },
};

/** A tree of domains by their id, each with a tree of mappings by address and a list of endpoints. */
function cutIommu(cut: Cutter, { sectionVersion }: { readonly sectionVersion: number }): void {
  const bypass = sectionVersion >= 2;
  cutTree(cut, 'domains', 'VirtIOIOMMUDomain', () => {
    cut.u64('key');
    cut.u32('id');
    cutTree(cut, 'mappings', 'VirtIOIOMMUMapping', () => {
      cut.u64('low', ADDRESS);
      cut.u64('high', ADDRESS);
      cut.u64('phys_addr', ADDRESS);
      cut.u32('flags', MAP_FLAGS);
    });
    cut.list(
      'endpoint_list',
      () => more(cut),
      () => 'VirtIOIOMMUEndpoint',
      () => void cut.u32('id'),
    );
    if (bypass) cut.bool('bypass');
  });
  if (bypass) cut.u8('config.bypass');
}

/** The number of nodes, then the nodes as a list. */
function cutTree(cut: Cutter, name: string, label: string, fn: () => void): void {
  const count = cut.u32(`${name}.count`);
  const found = cut.list(
    name,
    () => more(cut),
    () => label,
    fn,
  );
  cut.check(found === count, `${name} has ${found} nodes and says ${count}`);
}

/** A byte that is 1 stands before each element, and 0 behind the last. */
function more(cut: Cutter): boolean {
  const mark = cut.peek('uint8');
  if (mark !== 0 && mark !== 1) cut.fail(`the mark before an element is ${mark}`);
  cut.skip(1);
  return mark === 1;
}
