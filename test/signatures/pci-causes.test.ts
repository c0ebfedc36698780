import { describe, expect, it } from 'vitest';
import { pciCause } from '../../src/signatures/pci-causes.js';

describe('pciCause', () => {
  it.each([
    ['MSI-X > control', '0000:00:01.0/virtio-rng', 'virtio-rng has no MSI-X with machine types up to 7.1'],
    ['capability list: only B has MSI-X', '0000:00:01.0/virtio-balloon', 'up to 9.2'],
    ['MSI-X > control', '0000:00:01.0/virtio-net', '3 vectors'],
    ['MSI-X > control', '0000:00:01.0/nvme', 'the number of vectors follows the queues of a device'],
    ['PCI Express > device capabilities', '0000:00:01.0/e1000e', 'x-pcie-ext-tag'],
    ['AER > uncorrectable mask', '0000:00:01.0/e1000e', 'x-pcie-err-unc-mask'],
    ['ATS > next', '0000:00:01.0/virtio-net', 'ats=on'],
  ])('knows of %s of %s', (register, idstr, meaning) => {
    expect(pciCause(register, idstr)!.meaning).toContain(meaning);
  });

  it('says nothing of other registers', () => {
    expect(pciCause('revision', '0000:00:01.0/virtio-net')).toBeUndefined();
  });
});
