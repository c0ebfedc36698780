import { expect, it } from 'vitest';
import { isEarly, isIterable, isPostcopiable } from '../../src/rules/iterable.js';
import { isVfio } from '../../src/wire/vfio.js';

it('knows the handlers that send in rounds, by the names of their sections', () => {
  expect(
    ['ram', 'dirty-bitmap', 'block', 'spapr/htab', 's390-storage_attributes', '0000:00:05.0/vfio'].every(isIterable),
  ).toBe(true);
  expect(['timer', 's390-skeys', 'globalstate', 'slirp'].some(isIterable)).toBe(false);
  expect(['vfio', '0000:00:05.0/vfio'].every(isVfio)).toBe(true);
  expect(isVfio('vfio-pci')).toBe(false);
  expect(['ram', 'dirty-bitmap'].every(isPostcopiable)).toBe(true);
  expect(isPostcopiable('spapr/htab')).toBe(false);
  expect(isEarly('0000:00:05.0/virtio-mem-device-early')).toBe(true);
});
