import { describe, expect, it } from 'vitest';
import type { VirtioFacts, VirtioQueueFacts } from '../../../../src/vmstate/devices/virtio/facts.js';
import { type GuestMemory, queueProblems, ringProblems } from '../../../../src/vmstate/devices/virtio/rings.js';

const PACKED = [32, 34];
const RING = { name: 'request', num: 8, desc: 0x1000, avail: 0x2000, used: 0x3000, lastAvailIdx: 5 };
const packedRing = (more: Partial<NonNullable<VirtioQueueFacts['packed']>> = {}): VirtioQueueFacts => ({
  ...RING,
  packed: { lastAvailIdx: 5, lastAvailWrap: true, usedIdx: 4, usedWrap: true, inuse: 1, ...more },
});

function facts(queue: Partial<VirtioQueueFacts>, more: Partial<VirtioFacts> = {}): VirtioFacts {
  const features = new Set(more.features ?? [32]);
  const queues = [{ ...RING, ...queue }];
  return { status: 15, offersPacked: false, littleEndian: true, elements: [], ...more, features, queues };
}

/** Memory in which the driver and the device have come this far. */
function rings(avail: number, used: number, littleEndian = true): GuestMemory {
  return (address, length) => {
    const index = address === 0x2002 ? avail : address === 0x3002 ? used : undefined;
    if (index === undefined || length !== 2) return undefined;
    const bytes = [index & 0xff, index >> 8];
    return Uint8Array.from(littleEndian ? bytes : bytes.reverse());
  };
}

describe('queueProblems', () => {
  it.each<[string, VirtioFacts]>([
    ['of a split ring', facts({})],
    ['that is not set up', facts({ desc: 0, lastAvailIdx: 0 })],
    ['of a packed ring', facts(packedRing(), { features: new Set(PACKED) })],
    [
      'of a packed ring that has wrapped',
      facts({ ...packedRing({ usedIdx: 6, usedWrap: false, inuse: 7 }) }, { features: new Set(PACKED) }),
    ],
    ['of a packed ring, of any size', facts({ ...packedRing(), num: 7 }, { features: new Set(PACKED) })],
  ])('has nothing to say of a queue %s', (_, of) => {
    expect(queueProblems(of)).toEqual([]);
  });

  it('tells of an index without a ring, as QEMU does', () => {
    expect(queueProblems(facts({ desc: 0 }))).toMatchObject([
      {
        kind: 'no-ring',
        queue: 0,
        name: 'request',
        effect: 'refused',
        qemu: 'VQ 0 address 0x0 inconsistent with Host index 0x5',
      },
    ]);
  });

  it('tells of a split ring of an odd size', () => {
    expect(queueProblems(facts({ num: 6 }))).toMatchObject([{ kind: 'ring-size', found: '6' }]);
  });

  it.each([
    ['an index behind the end', { lastAvailIdx: 9 }, ['packed-index', 'packed-index', 'packed-inuse']],
    ['a used index behind the end', { usedIdx: 8 }, ['packed-index', 'packed-inuse']],
    ['two different indices', { lastAvailIdx: 6, inuse: 2 }, ['packed-index']],
    ['descriptors in use that its indices do not have', { inuse: 3 }, ['packed-inuse']],
    ['a wrap counter that is wrong', { usedWrap: false }, ['packed-inuse']],
  ])('tells of a packed ring with %s', (_, packed, kinds) => {
    const problems = queueProblems(facts(packedRing(packed), { features: new Set(PACKED) }));
    expect(problems.map(({ kind }) => kind)).toEqual(kinds);
  });
});

describe('ringProblems', () => {
  it.each([
    ['nothing waits', 5, 5],
    ['requests wait', 13, 5],
    ['requests are in use', 5, 0xfffd],
  ])('has nothing to say where %s', (_, avail, used) => {
    expect(ringProblems(facts({}), rings(avail, used))).toEqual([]);
  });

  it('tells of a driver that is too far ahead, as QEMU does', () => {
    expect(ringProblems(facts({}), rings(14, 5))).toMatchObject([
      {
        kind: 'avail-index',
        effect: 'broken',
        qemu: 'VQ 0 size 0x8 Guest index 0xe inconsistent with Host index 0x5: delta 0x9',
      },
    ]);
  });

  it('tells of a device that has given back what it has not taken, as QEMU does', () => {
    expect(ringProblems(facts({}), rings(5, 6))).toMatchObject([
      { kind: 'used-index', effect: 'refused', qemu: 'VQ 0 size 0x8 < last_avail_idx 0x5 - used_idx 0x6' },
    ]);
  });

  it('reads the rings of a big-endian driver', () => {
    const of = facts({ lastAvailIdx: 0x0105 }, { littleEndian: false });
    expect(ringProblems(of, rings(0x0105, 0x0104, false))).toEqual([]);
    expect(ringProblems(of, rings(0x0105, 0x0104, true))).not.toEqual([]);
  });

  it('tells of more requests in flight than the ring has', () => {
    const one = { path: 'a', queue: 0, start: 0, size: 0, buffers: [] };
    const of = (count: number): VirtioFacts => facts({}, { elements: Array.from({ length: count }, () => one) });
    expect(ringProblems(of(1), rings(5, 4))).toEqual([]);
    expect(ringProblems(of(2), rings(5, 4))).toMatchObject([{ kind: 'elements', expected: 'up to 1', found: '2' }]);
    expect(ringProblems(facts({}, { elements: [{ ...one, queue: 1 }] }), rings(5, 5))).toEqual([]);
  });

  it('passes over what it cannot know', () => {
    expect(ringProblems(facts({}), () => undefined)).toEqual([]);
    expect(ringProblems(facts({ desc: 0 }), rings(99, 99))).toEqual([]);
    expect(ringProblems(facts({}, { features: new Set([32, 33]) }), rings(99, 99))).toEqual([]);
  });

  describe('of a packed ring', () => {
    const flags =
      (value: number): GuestMemory =>
      (address, length) =>
        address === 0x1000 + 16 * 5 + 14 && length === 2 ? Uint8Array.of(value & 0xff, value >> 8) : undefined;
    const AVAIL = 0x0080;
    const USED = 0x8000;

    it.each([
      ['available', true, AVAIL, []],
      ['used in the lap before', true, 0, []],
      ['used in this lap', true, AVAIL | USED, ['packed-ring']],
      ['available, in an even lap', false, USED, []],
      ['used in the lap before, in an even lap', false, AVAIL | USED, []],
      ['used in this lap, in an even lap', false, 0, ['packed-ring']],
    ])('whose next descriptor is %s', (_, lastAvailWrap, value, kinds) => {
      const of = facts(packedRing({ lastAvailWrap }), { features: new Set(PACKED) });
      expect(ringProblems(of, flags(value)).map(({ kind }) => kind)).toEqual(kinds);
    });

    it('is passed over where its index is behind the end or its memory not known', () => {
      expect(
        ringProblems(facts(packedRing({ lastAvailIdx: 8 }), { features: new Set(PACKED) }), flags(AVAIL | USED)),
      ).toEqual([]);
      expect(ringProblems(facts(packedRing(), { features: new Set(PACKED) }), () => undefined)).toEqual([]);
    });
  });
});
