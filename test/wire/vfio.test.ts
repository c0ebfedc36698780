import { describe, expect, it } from 'vitest';
import { parseVfioConfigState, VFIO_MIN_CONFIG_STATE } from '../../src/wire/vfio.js';
import { join, noise, u32 } from '../build/bytes.js';
import { subsection } from '../build/elements.js';

const IRQ = join(u32(1), u32(2), u32(3), u32(4));

/** A config space with a list of capabilities: id and place of each. */
function space(size: number, capabilities: readonly (readonly [id: number, at: number])[], vectors = 1): Buffer {
  const config = Buffer.alloc(size);
  config[0x34] = capabilities[0]?.[1] ?? 0;
  capabilities.forEach(([id, at], i) => {
    config[at] = id;
    config[at + 1] = capabilities[i + 1]?.[1] ?? 0;
    config.writeUInt16LE(vectors - 1, at + 2);
  });
  return config;
}

const state = (config: Buffer, ...behind: readonly Uint8Array[]): Buffer => join(u32(7), config, IRQ, ...behind);

describe('parseVfioConfigState', () => {
  it.each([256, 4096])('takes %d bytes of config space by the length', (size) => {
    const { version, config, irqState, msix, display } = parseVfioConfigState(state(space(size, [])));
    expect([version, config.length, irqState, msix.length, display.length]).toEqual([7, size, [1, 2, 3, 4], 0, 0]);
  });

  it.each([256, 4096])('leaves the MSI-X state that the capability of %d bytes calls for', (size) => {
    // 240 vectors take 3870 bytes: with the small config space more than the large one would need.
    const msix = noise(16 * 240 + 30);
    const parsed = parseVfioConfigState(state(space(size, [[5, 0x40], [0x11, 0x70]], 240), msix)); // prettier-ignore
    expect([parsed.config.length, Buffer.from(parsed.msix).equals(msix)]).toEqual([size, true]);
  });

  it('takes the display subsection off the end', () => {
    const display = subsection('VFIOPCIDevice/VFIODisplay', u32(0));
    const parsed = parseVfioConfigState(state(space(256, []), display));
    expect(Buffer.from(parsed.display)).toEqual(display);
    expect([parsed.config.length, parsed.msix.length]).toEqual([256, 0]);
  });

  it('goes by the length alone where the capability does not fit, and is not caught in a ring of them', () => {
    const ring = space(256, [[5, 0x40]]);
    ring[0x41] = 0x40;
    expect(parseVfioConfigState(state(ring, noise(9))).config).toHaveLength(256);
    expect(parseVfioConfigState(state(ring, noise(4000))).config).toHaveLength(4096);
  });

  it('reads the shortest one', () => {
    expect(parseVfioConfigState(Buffer.alloc(VFIO_MIN_CONFIG_STATE))).toMatchObject({ version: 0 });
  });
});
