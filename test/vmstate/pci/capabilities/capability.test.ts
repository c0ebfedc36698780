/** What holds for all kinds of capabilities: registers lie inside, names are there, masks do not overlap. */
import { describe, expect, it } from 'vitest';
import { CAPABILITIES } from '../../../../src/vmstate/pci/capabilities/conventional.js';
import { EXTENDED_CAPABILITIES } from '../../../../src/vmstate/pci/capabilities/extended.js';
import { madeSpace } from '../spaces.js';

const at = 0x40;
const kinds = [...CAPABILITIES.values(), ...EXTENDED_CAPABILITIES.values()];

describe.each(kinds)('$name', (kind) => {
  // Everything on, so that optional registers are there.
  const space = madeSpace([at, [kind.id & 0xff, 0xff, 0xff]]);

  it('has registers in order and inside', () => {
    let end = 2;
    for (const { offset, size, name } of kind.registers(space, at)) {
      expect(name).not.toBe('');
      expect(offset).toBeGreaterThanOrEqual(end);
      end = offset + size;
    }
    expect(end).toBeLessThanOrEqual(Math.max(kind.size(space, at), 2));
  });

  it('has no bit in two masks', () => {
    for (const { write = 0, clear = 0, skip = 0, varies = 0 } of kind.masks?.(space, at) ?? [])
      expect(
        (write & clear) | (write & skip) | (write & varies) | (clear & skip) | (clear & varies) | (skip & varies),
      ).toBe(0);
  });
});
