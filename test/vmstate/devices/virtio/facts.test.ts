import { describe, expect, it } from 'vitest';
import type { StructNode } from '../../../../src/vmstate/decode.js';
import { virtioFacts, type VirtioFacts } from '../../../../src/vmstate/devices/virtio/facts.js';
import { decodeDevice } from '../../../../src/vmstate/device.js';
import { join, u64, u8 } from '../../../build/bytes.js';
import { element, MMIO_PATH, subsection, virtioPayload, type VirtioState } from '../../../build/virtio.js';
import { deviceSection } from '../fixtures.js';

function factsOf(fixture: string, end: string): VirtioFacts {
  const { description, payload, context } = deviceSection(fixture, end);
  return virtioFacts(decodeDevice(description, payload, context).state!, payload, context.machine)!;
}

function facts(vmsd: string, state: VirtioState, machine?: string): VirtioFacts {
  const payload = virtioPayload(state);
  const context = { idstr: `${MMIO_PATH}/${vmsd}`, sectionVersion: 1, ...(machine !== undefined && { machine }) };
  return virtioFacts(decodeDevice(undefined, payload, context).state!, payload, machine)!;
}

describe('virtioFacts', () => {
  it('gathers what a real device says', () => {
    const { status, features, offersPacked, littleEndian, queues, elements } = factsOf('10.0-pci-packed', 'virtio-net');
    expect({ status, offersPacked, littleEndian, elements }).toEqual({
      status: 15,
      offersPacked: true,
      littleEndian: true,
      elements: [],
    });
    expect([...features].filter((bit) => bit >= 32)).toEqual([32, 34, 40, 57, 60]);
    expect(queues).toHaveLength(9);
    expect(queues[8]).toMatchObject({
      name: 'ctrl',
      num: 1024,
      desc: 0x3480000,
      avail: 0x33c9000,
      used: 0x33c8000,
      lastAvailIdx: 37,
    });
    expect(queues[8]!.packed).toMatchObject({ lastAvailIdx: 37, usedIdx: 37, inuse: 0 });
  });

  it('has the requests in flight with their buffers', () => {
    expect(factsOf('10.0-pci-blk-in-flight', 'virtio-blk').elements).toEqual([
      {
        path: 'virtio/device/rq[0]/elem',
        queue: 0,
        start: 501,
        size: 49168,
        buffers: [
          { address: 0x7c00, length: 512 },
          { address: 0xe8d77, length: 1 },
          { address: 0xe8d78, length: 16 },
        ],
      },
    ]);
    const part = join(u8(1), element(0, [[0x1000, 1]]), u8(0));
    expect(facts('virtio-blk', { part }).elements).toMatchObject([{ queue: 0, buffers: [{}, {}] }]);
  });

  it('has what ports of a console have taken', () => {
    const port = Buffer.concat([
      Buffer.alloc(6),
      Buffer.from([0, 0, 0, 1]),
      Buffer.alloc(12),
      element(0, [], [[0x1000, 1]]),
    ]);
    const part = Buffer.concat([Buffer.from('000000000000000100000001'.padEnd(32, '0'), 'hex').fill(1, 15), port]);
    expect(facts('virtio-console', { part }).elements).toMatchObject([{ path: 'virtio/device/ports[0]/elem' }]);
  });

  it('computes the rings of legacy drivers', () => {
    const { queues } = facts('virtio-rng', { queues: [{ num: 256, desc: 0x10000 }] });
    expect(queues).toEqual([
      { name: 'request', num: 256, desc: 0x10000, avail: 0x11000, used: 0x12000, lastAvailIdx: 0 },
    ]);
  });

  it.each([
    ['the target', undefined, undefined, true],
    ['a big-endian target', 'pseries-9.0', undefined, false],
    ['a driver that says so', undefined, 2, false],
    ['a little-endian driver on a big-endian target', 'pseries-9.0', 1, true],
  ])('knows the byte order of %s', (_, machine, endian, little) => {
    const subsections = endian === undefined ? [] : [subsection('virtio/device_endian', u8(endian))];
    expect(facts('virtio-rng', { subsections }, machine).littleEndian).toBe(little);
  });

  it('knows that channel I/O is big-endian before VERSION_1', () => {
    expect(factsOf('10.0-ccw-legacy', 'virtio-rng').littleEndian).toBe(false);
    expect(facts('virtio-rng', { features: 1n << 32n }, 's390-ccw-virtio-9.0').littleEndian).toBe(true);
  });

  it('has features beyond the first 64', () => {
    const subsections = [
      subsection('virtio/128bit_features', u64(2)),
      subsection('virtio/64bit_features', u64(1n << 33n)),
    ];
    expect([...facts('virtio-net', { part: Buffer.alloc(545), subsections }).features]).toEqual([33, 65]);
  });

  it('has nothing to say of other devices, and of a core that stays bytes', () => {
    const other: StructNode = { vmsdName: 'timer', version: 1, start: 0, end: 0, fields: [], subsections: [] };
    expect(virtioFacts(other, Buffer.alloc(0))).toBeUndefined();
    expect(facts('virtio-rng', { status: 0x20 })).toBeUndefined();
  });
});
