import { describe, expect, it } from 'vitest';
import { isBigEndianMachine } from '../../src/wire/byte-order.js';

describe('isBigEndianMachine', () => {
  it.each(['s390-ccw-virtio-10.0', 'pseries-7.2', 'powernv9', 'g3beige', 'mac99', 'ppce500', 'sun4u', 'SS-5'])(
    '%s is',
    (machine) => {
      expect(isBigEndianMachine(machine)).toBe(true);
    },
  );

  it.each(['pc-i440fx-7.2', 'pc-q35-11.1', 'microvm', 'virt-9.0', 'sbsa-ref', 'clipper', 'raspi3b', '', undefined])(
    '%s is not',
    (machine) => {
      expect(isBigEndianMachine(machine)).toBe(false);
    },
  );
});
