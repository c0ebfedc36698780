import { describe, expect, it } from 'vitest';
import { movedName } from '../../src/diff/moved-block.js';

describe('movedName', () => {
  const moved = new Map([['0000:00:03.0', '0000:00:05.0']]);

  it('is that of the place where the device stands in B', () => {
    expect(movedName('0000:00:03.0/virtio-net-pci.rom', moved)).toBe('0000:00:05.0/virtio-net-pci.rom');
  });

  it.each(['0000:00:04.0/virtio-net-pci.rom', 'pc.ram', '/rom@etc/acpi/tables', '0000:00:03.0'])(
    '%s has not moved',
    (name) => {
      expect(movedName(name, moved)).toBeUndefined();
    },
  );
});
