/** Virtio devices of real streams, with the features and queues changed that a guest or a property changes. */
import { describe, expect, it } from 'vitest';
import { coreField, deviceLayout, differences } from './device-layouts.js';
import { fieldOf, structsOf, subsectionOf } from '../../src/vmstate/access.js';
import type { LayoutDifference } from '../../src/diff/layout-difference.js';

const NET = 'virtio-net';
const MQ = 1 << 22;

const of = (found: readonly LayoutDifference[], kind: string): readonly LayoutDifference[] =>
  found.filter((difference) => difference.kind === kind);

/** The same device, with a feature taken out of both places where it is saved. */
const withoutFeature = (fixture: string, end: string, bits: number) =>
  deviceLayout(fixture, end, (payload, state) => {
    const [core] = structsOf(state, 'virtio');
    const wide = fieldOf(subsectionOf(core, 'virtio/64bit_features'), 'guest_features')!;
    for (const at of [coreField(state, 'guest_features'), wide.start + 4])
      payload.writeUInt32BE((payload.readUInt32BE(at) & ~bits) >>> 0, at);
  });

describe('compareVirtio', () => {
  it('tells features by name, and that those in use on both sides load', () => {
    const a = deviceLayout('10.0-pci-packed', NET);
    const b = withoutFeature('10.0-pci-packed', NET, MQ);
    expect(of(differences(a, b), 'virtio-features')).toMatchObject([
      {
        code: 'MIG527',
        path: 'virtio/guest_features',
        message: 'features: only A uses MQ',
        a: 'MQ',
        aToB: { verdict: 'depends', why: 'refused where the device of the loader does not offer MQ' },
        bToA: { verdict: 'loads' },
      },
    ]);
  });

  it('knows what a device cannot offer by what is not in its stream', () => {
    const [found] = of(
      differences(deviceLayout('10.0-pci-packed', NET), deviceLayout('11.1-pci-net', NET)),
      'virtio-features',
    );
    expect(found).toMatchObject({
      aToB: {
        verdict: 'refused',
        why: 'the device of the loader does not offer RING_PACKED: it would say so in its stream',
      },
      bToA: { verdict: 'loads' },
    });
    expect(found!.message).toMatch(/^features: only A uses CSUM, .*, RING_PACKED, .*RSS; no driver has started in B$/);
  });

  it('tells another number of queues, and not what follows from it', () => {
    const [one, four] = [
      deviceLayout('7.2-pci-blk-in-flight', 'virtio-blk'),
      deviceLayout('10.0-pci-blk-in-flight', 'virtio-blk'),
    ];
    const found = differences(one, four);
    expect(of(found, 'virtio-queues')).toMatchObject([
      {
        code: 'MIG528',
        message: '1 queues, 4: only B has request1, request2, request3',
        aToB: { verdict: 'loads' },
        bToA: { verdict: 'depends' },
      },
    ]);
    expect(found.filter(({ path }) => path.includes('unused'))).toEqual([]);
  });

  it('tells sizes of rings in one', () => {
    const found = differences(deviceLayout('5.2-pci-net', NET), deviceLayout('10.0-mmio-net', NET));
    expect(of(found, 'virtio-ring-sizes')).toMatchObject([
      { code: 'MIG529', message: expect.stringContaining('rx0, tx0: 256, 1024 entries') as string },
    ]);
  });

  it('has nothing to say of other devices', () => {
    const bridge = deviceLayout('10.0-pci-bridges', 'pci_bridge');
    expect(differences(bridge, bridge)).toEqual([]);
  });
});
