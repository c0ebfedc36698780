import { describe, expect, it } from 'vitest';
import { judgeMain, targetOf } from '../harness.js';
import { section, stream } from './streams.js';

describe('target-features', () => {
  const packed = section('10.0-pci-packed', 'virtio-net');
  /** A device of another release in its place, which no driver has started. */
  const plain = { ...section('11.1-pci-net', 'virtio-net'), idstr: packed.idstr };
  const features = async (...[from, to]: readonly [typeof packed, typeof packed]) =>
    (await judgeMain(stream([from]).bytes, { target: await targetOf(stream([to]).bytes) })).filter(
      ({ rule }) => rule === 'target-features',
    );

  it('names a feature that the destination would have state of', async () => {
    expect(await features(packed, plain)).toMatchObject([
      {
        code: 'MIG413',
        severity: 'error',
        message: `section ${packed.idstr}: the device of the destination does not offer RING_PACKED`,
        path: 'virtio > virtio/64bit_features > guest_features',
        found: 'RING_PACKED',
      },
    ]);
  });

  it('is silent about others, which may be offered', async () => {
    expect(await features(plain, packed)).toEqual([]);
    expect(await features(packed, packed)).toEqual([]);
  });
});
