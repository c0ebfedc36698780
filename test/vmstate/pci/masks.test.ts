import { describe, expect, it } from 'vitest';
import { configMasks } from '../../../src/vmstate/pci/masks.js';
import { comparedFunctions, madeSpace } from './spaces.js';

describe('configMasks', () => {
  it.each(comparedFunctions())(
    'agrees with what a destination of 7.2 compares of $device',
    ({ config, tried, compared }) => {
      const masks = configMasks(config);
      for (const offset of tried) {
        const truth = compared[offset] ?? 0;
        const [certain, perhaps] = [masks.compared[offset]!, masks.perhaps[offset]!];
        // Never says that a bit is compared that is not, and leaves open no more than it says.
        expect({ offset, wrong: certain & ~truth, missed: truth & ~(certain | perhaps) }).toEqual({
          offset,
          wrong: 0,
          missed: 0,
        });
      }
    },
  );

  it('does not compare what the guest writes', () => {
    const masks = configMasks(madeSpace([0x40, [0x11, 0x03, 0x00]]));
    expect([masks.compared[0x42], masks.compared[0x43], masks.writable[0x43]]).toEqual([0xff, 0x3f, 0xc0]);
    expect([masks.compared[0x3c], masks.compared[0x2e], masks.compared[0x80]]).toEqual([0, 0, 0]);
  });

  it('leaves the address of a BAR open, and compares its kind', () => {
    const space = madeSpace();
    space.writeUInt32LE(0xfe00_000c, 0x10);
    const masks = configMasks(space);
    expect([masks.compared[0x10], masks.perhaps[0x10], masks.perhaps[0x14]]).toEqual([0x0f, 0xf0, 0xff]);
  });
});
