import { describe, expect, it } from 'vitest';
import type { StructNode } from '../../../../src/vmstate/decode.js';
import { virtioFacts } from '../../../../src/vmstate/devices/virtio/facts.js';
import {
  packedElementsInFlight,
  packedScsiRequests,
  undefinedScanouts,
} from '../../../../src/vmstate/devices/virtio/known-faults.js';
import { decodeDevice } from '../../../../src/vmstate/device.js';
import { parseVmdesc } from '../../../../src/vmstate/vmdesc.js';
import { join, u32, u64, u8 } from '../../../build/bytes.js';
import { raw, vmdescText } from '../../../build/device.js';
import { element, MMIO_PATH, perQueue, subsection, virtioPayload } from '../../../build/virtio.js';
import { deviceSection } from '../fixtures.js';

function state(idstr: string, payload: Buffer): StructNode {
  return decodeDevice(undefined, payload, { idstr: `${MMIO_PATH}/${idstr}`, sectionVersion: 1 }).state!;
}

function fixture(name: string, end: string): [StructNode, Uint8Array] {
  const { description, payload, context } = deviceSection(name, end);
  return [decodeDevice(description, payload, context).state!, payload];
}

describe('packedElementsInFlight', () => {
  it('are in a real stream that no QEMU can load: what a throttled port has taken', () => {
    const facts = virtioFacts(...fixture('10.0-pci-console-packed', 'virtio-console'))!;
    expect(packedElementsInFlight(facts).map(({ path }) => path)).toEqual(['virtio/device/ports[0]/elem']);
  });

  it('are those of a host that offers packed rings', () => {
    const part = join(u8(1), u32(1), element(0, [[0x1000, 1]]), u8(0));
    const payload = virtioPayload({
      queues: [{ num: 8 }],
      part,
      subsections: [subsection('virtio/packed_virtqueues', perQueue(10))],
    });
    const facts = virtioFacts(state('virtio-blk', payload), payload)!;
    expect(packedElementsInFlight(facts).map(({ path }) => path)).toEqual(['virtio/device/rq[0]/elem']);
  });

  it.each([
    ['10.0-pci-blk-in-flight', 'virtio-blk'],
    ['10.0-pci-packed', 'virtio-blk'],
  ])('are not in %s', (name, end) => {
    expect(packedElementsInFlight(virtioFacts(...fixture(name, end))!)).toEqual([]);
  });
});

describe('packedScsiRequests', () => {
  const BUFFERS = [
    { address: 0x1000, length: 512 },
    { address: 0x1000, length: 512 },
  ];

  it('are those with a number of descriptors', () => {
    const head = join(u8(1), u8(0x28), Buffer.alloc(15), u32(7), u32(0), u32(0));
    const disk = join(u64(0), u32(1), u32(0), u8(0));
    const payload = join(head, u32(1), element(0, [[0x1000, 512]]), disk);
    const device = {
      id: 1,
      idstr: 'scsi-disk',
      vmsdName: 'scsi-disk',
      version: 1,
      fields: [raw('requests', payload, 'scsi-requests')],
    };
    const description = parseVmdesc(vmdescText([device])).devices[0];
    const { state } = decodeDevice(description, payload, { idstr: 'scsi-disk', sectionVersion: 1 });
    expect(packedScsiRequests(state!, payload)).toEqual([
      { path: 'requests/requests[0]/elem', packed: true, start: 29, size: 49172, buffers: BUFFERS },
    ]);
  });

  it('are not in a real stream without packed rings', () => {
    expect(packedScsiRequests(...fixture('10.0-scsi-in-flight', 'scsi-disk'))).toEqual([]);
  });
});

describe('undefinedScanouts', () => {
  const gpu = (...sizes: readonly number[]): Buffer =>
    join(virtioPayload(), u32(0), u32(0), u32(sizes.length), ...sizes.map((size) => Buffer.alloc(size)));

  it('are those of which only some have a frame buffer', () => {
    const payload = gpu(64, 64, 40);
    expect(undefinedScanouts(state('virtio-gpu', payload), payload)).toEqual({ outputs: 3, withBuffer: 2 });
  });

  it.each([[[64, 64]], [[40, 40]], [[64]]])('are none with %s bytes', (sizes) => {
    const payload = gpu(...sizes);
    expect(undefinedScanouts(state('virtio-gpu', payload), payload)).toBeUndefined();
  });

  it('are in no other device, nor in real streams of one output', () => {
    expect(undefinedScanouts(...fixture('11.1-pci-gpu', 'virtio-gpu'))).toBeUndefined();
    expect(undefinedScanouts(...fixture('11.1-pci-rng', 'virtio-rng'))).toBeUndefined();
  });
});
