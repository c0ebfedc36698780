/** What goes wrong inside a device. */
import { badConfigData, explainBadConfig } from '../pci-line.js';
import type { Groups, Signature } from '../signature.js';
import { explainFeatures, explainGuestIndex, explainUsedIndex } from '../virtio-line.js';

const hexOf = (groups: Groups, name: string): number => Number.parseInt(groups[name] || '0', 16);

export const DEVICE_SIGNATURES: readonly Signature[] = [
  {
    name: 'pci-config',
    failure: 'F5',
    foundBy: ['config-space', 'target-config-space'],
    pattern:
      /get_pci_config_device: Bad config data: i=0x(?<i>[0-9a-f]{1,4}) read: (?<read>[0-9a-f]{1,2}) device: (?<device>[0-9a-f]{1,2}) cmask: (?<cmask>[0-9a-f]{1,2}) wmask: (?<wmask>[0-9a-f]{1,2}) w1cmask: ?(?<w1cmask>[0-9a-f]{1,2})/i,
    title: 'a PCI function of the destination is not the one of the stream',
    meaning:
      "The config space of a function in the stream differs from that of the destination's device in bits that no guest can write. Only the first such byte is named, and not the device: that is in the lines behind it.",
    causes:
      'A machine type that is not the same (an alias such as pc or q35, or another QEMU version behind it), a property of the device that is not the same on both sides, another number of queues or vectors, another size of an option ROM or a BAR.',
    fix: 'Start the destination with the versioned machine type that the stream has (migscope info), and with the same devices and properties. migscope diff of two streams, one from each side, names the register.',
    source: 'get_pci_config_device (hw/pci/pci.c)',
    details: (groups) => explainBadConfig(badConfigData(groups)),
  },
  {
    name: 'virtio-features',
    failure: 'F6',
    foundBy: ['feature-dependency', 'target-features'],
    pattern: /Features 0x(?<features>[0-9a-f]{1,32}) unsupported\. Allowed features: 0x(?<allowed>[0-9a-f]{1,32})/i,
    title: 'the guest uses virtio features that the destination does not have',
    meaning:
      'A driver negotiated features of a virtio device; the destination offers fewer, and a running driver cannot be told.',
    causes:
      'Offered features depend on the machine type, on properties of the device, and for vhost and tap on the kernel and its options: an older kernel, another back-end, or another machine type.',
    fix: 'Turn the missing features off at the source (for virtio-net for example guest_tso4=off) before the guest starts, or give the destination the kernel, the back-end and the machine type of the source.',
    source: 'virtio_load (hw/virtio/virtio.c)',
    details: ({ features, allowed }, { device }) => explainFeatures(features!, allowed!, device),
  },
  {
    name: 'virtio-used-index',
    failure: 'F7',
    foundBy: ['queue-ring'],
    pattern:
      /VQ (?<queue>\d{1,5}) size 0x(?<size>[0-9a-f]{1,8}) < last_avail_idx 0x(?<last>[0-9a-f]{1,4}) - used_idx 0x(?<used>[0-9a-f]{1,4})/i,
    title: 'a queue would have more requests in flight than it has room for',
    meaning:
      'The index in the device state and the index in the memory of the guest are further apart than the ring is long.',
    causes:
      'Memory and device state are of different times: memory from a snapshot, a shared file that both sides write, RAM that was not sent (x-ignore-shared, mapped-ram of a running guest). Or the fields before it were read with another layout.',
    fix: 'Check that the memory that the destination has is that of the stream. migscope validate compares the indices with the rings where the stream carries the RAM.',
    source: 'virtio_load (hw/virtio/virtio.c)',
    details: (groups) =>
      explainUsedIndex(Number(groups['queue']), hexOf(groups, 'size'), hexOf(groups, 'last'), hexOf(groups, 'used')),
  },
  {
    name: 'virtio-guest-index',
    failure: 'F7',
    foundBy: ['queue-ring'],
    pattern:
      /VQ (?<queue>\d{1,5}) size 0x(?<size>[0-9a-f]{1,8}) Guest index 0x(?<guest>[0-9a-f]{1,4}) inconsistent with Host index 0x(?<host>[0-9a-f]{1,4}): delta 0x[0-9a-f]{1,8}/i,
    title: 'a queue has more new requests than it has room for',
    meaning:
      'The index that the guest wrote to memory and the last index that the device saw are further apart than the ring is long.',
    causes:
      'As for a wrong used index: memory and device state are of different times, or the device state was misread.',
    fix: 'Check that the memory that the destination has is that of the stream; reset the device in the guest.',
    source: 'virtio_load (hw/virtio/virtio.c)',
    details: (groups) =>
      explainGuestIndex(Number(groups['queue']), hexOf(groups, 'size'), hexOf(groups, 'guest'), hexOf(groups, 'host')),
  },
  {
    name: 'virtio-address',
    failure: 'F7',
    foundBy: ['queue-state'],
    pattern: /VQ (?<queue>\d{1,5}) address 0x0 inconsistent with Host index 0x(?<host>[0-9a-f]{1,4})/i,
    title: 'a queue without a ring has been used',
    meaning: 'The device state has an index for a queue whose ring has no address.',
    causes: 'The device state is damaged, or was read with another layout than it was written with.',
    fix: 'migscope dump shows the queues of the stream; if they are sound there, the layout of the destination differs.',
    source: 'virtio_load (hw/virtio/virtio.c)',
    details: ({ queue, host }) => [`queue ${queue}: index 0x${host} without an address`],
  },
  {
    name: 'property-changed',
    failure: 'F12',
    pattern: /Property '(?<property>[^'\n]{1,80})' changed from 0x(?<was>[0-9a-f]{1,16}) to 0x(?<is>[0-9a-f]{1,16})/i,
    title: 'a property of the device differs',
    meaning: 'virtio-mem and its like check that they are configured as at the source.',
    causes:
      'Another size, block size, node or address of the memory device; memory devices that were plugged in another order.',
    fix: 'Start the destination with the properties of the source; plugged memory devices with the same address (memaddr=, addr=).',
    source: 'virtio_mem_mig_sanity_checks_post_load (hw/virtio/virtio-mem.c)',
    details: ({ property, was, is }) => [`${property} is 0x${was} in the stream and 0x${is} at the destination`],
  },
  {
    name: 'gpa-mismatch',
    failure: 'F12',
    pattern: /Mismatched GPAs for block (?<block>.{1,255}?) (?<theirs>[0-9a-f]{1,16}) != (?<ours>[0-9a-f]{1,16})/i,
    title: 'a memory region lies elsewhere in the guest',
    meaning: 'With x-ignore-shared the stream says where each region is, and the destination has one elsewhere.',
    causes: 'Memory or PCI devices with other addresses: other firmware, another order of devices.',
    fix: 'The same devices at the same addresses; migscope info lists the regions with their addresses.',
    source: 'parse_ramblock (migration/ram.c)',
    details: ({ block, theirs, ours }) => [`${block}: 0x${theirs} in the stream, 0x${ours} at the destination`],
  },
];
