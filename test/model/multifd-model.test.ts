import { describe, expect, it } from 'vitest';
import { type DeviceTransferSummary, MultifdModel } from '../../src/model/multifd-model.js';
import type { EventOf } from '../../src/stream/events.js';

const packet = (more: Partial<EventOf<'packet'>> = {}): EventOf<'packet'> => ({
  kind: 'packet',
  offset: 0,
  length: 1344,
  payloadLength: 0,
  unpackedLength: 0,
  flags: 0,
  method: 'none',
  pagesAlloc: 128,
  nextPacketSize: 0,
  packetNum: 0n,
  block: 'pc.ram',
  normalPages: 0,
  zeroPages: 0,
  sync: false,
  generation: 0,
  twin: false,
  ...more,
});

const devicePacket = (index: number, more: Partial<EventOf<'device-packet'>> = {}): EventOf<'device-packet'> => ({
  kind: 'device-packet',
  offset: 0,
  length: 276,
  payloadLength: 22,
  idstr: 'dev',
  instance: 0,
  index,
  flags: 0,
  config: false,
  data: new Uint8Array(10),
  ...more,
});

/** What packets of one device add up to. */
function transfer(...packets: readonly EventOf<'device-packet'>[]): DeviceTransferSummary {
  const model = new MultifdModel();
  const channel = model.channel('a');
  for (const one of packets) channel.devicePacket(one);
  const [device] = model.deviceSummaries();
  return device!;
}

const config = (index: number): EventOf<'device-packet'> => devicePacket(index, { config: true });

describe('channels and generations', () => {
  it('adds up the packets of each channel', () => {
    const model = new MultifdModel();
    const channel = model.channel('a');
    channel.init({ kind: 'multifd-init', offset: 0, length: 64, id: 3, uuid: 'u' });
    channel.packet(packet({ normalPages: 2, zeroPages: 1, method: 'zlib', payloadLength: 100, unpackedLength: 8192 }));
    channel.packet(packet({ sync: true, method: 'none' }));
    channel.devicePacket(devicePacket(0));
    expect(channel.summary()).toEqual({
      file: 'a',
      id: 3,
      uuid: 'u',
      packets: 2,
      syncs: 1,
      normalPages: 2,
      zeroPages: 1,
      methods: ['zlib'],
      packedBytes: 100,
      unpackedBytes: 8192,
      deviceStatePackets: 1,
      deviceStateBytes: 22,
    });
  });

  it('has no id of a channel without a first packet', () => {
    expect(new MultifdModel().channel('a').summary()).not.toHaveProperty('id');
  });

  it('adds up generations over channels, and leaves none out between them', () => {
    const model = new MultifdModel();
    const [a, b] = [model.channel('a'), model.channel('b')];
    a.packet(packet({ normalPages: 1 }));
    b.packet(packet({ zeroPages: 2 }));
    b.packet(packet({ generation: 2, normalPages: 4 }));
    expect(model.generationSummaries()).toEqual([
      { packets: 2, normalPages: 1, zeroPages: 2 },
      { packets: 0, normalPages: 0, zeroPages: 0 },
      { packets: 1, normalPages: 4, zeroPages: 0 },
    ]);
  });

  it('keeps no endless list of generations', () => {
    const model = new MultifdModel();
    model.channel('a').packet(packet({ generation: 2 ** 31 }));
    expect(model.generationSummaries()).toEqual([]);
  });
});

describe('device transfers', () => {
  it('is whole when every index up to the configuration came once, in any order', () => {
    expect(transfer(devicePacket(1), config(2), devicePacket(0))).toEqual({
      idstr: 'dev',
      instance: 0,
      packets: 3,
      bytes: 20,
      perChannel: { a: 3 },
      lastIndex: 2,
      configIndex: 2,
      missing: [],
      duplicates: 0,
      complete: true,
    });
  });

  it('is whole with nothing but a configuration', () => {
    expect(transfer(config(0))).toMatchObject({ bytes: 0, complete: true });
  });

  it('names the holes', () => {
    expect(transfer(devicePacket(1), devicePacket(2), devicePacket(6), config(8))).toMatchObject({
      missing: [
        [0, 0],
        [3, 5],
        [7, 7],
      ],
      complete: false,
    });
  });

  it('counts duplicates', () => {
    expect(transfer(devicePacket(0), devicePacket(0), config(1))).toMatchObject({ duplicates: 1, complete: false });
  });

  it('is not whole without the configuration, or with data behind it', () => {
    const without = transfer(devicePacket(0), devicePacket(1));
    expect(without).toMatchObject({ missing: [], complete: false, lastIndex: 1 });
    expect(without).not.toHaveProperty('configIndex');
    expect(transfer(config(0), devicePacket(1))).toMatchObject({ configIndex: 0, lastIndex: 1, complete: false });
  });

  it('takes the highest index there can be', () => {
    expect(transfer(devicePacket(0), config(2 ** 32 - 1))).toMatchObject({
      lastIndex: 2 ** 32 - 1,
      missing: [[1, 2 ** 32 - 2]],
      complete: false,
    });
  });

  it('keeps no endless list of holes', () => {
    const packets = Array.from({ length: 3000 }, (_, i) => devicePacket(2 * i + 1));
    expect(transfer(...packets).missing.length).toBe(1000);
  });

  it('keeps devices and their channels apart', () => {
    const model = new MultifdModel();
    const [a, b] = [model.channel('a'), model.channel('b')];
    a.devicePacket(devicePacket(0));
    b.devicePacket(devicePacket(1, { config: true }));
    b.devicePacket(devicePacket(0, { instance: 1, config: true }));
    b.devicePacket(devicePacket(0, { idstr: 'other', config: true }));
    expect(
      model
        .deviceSummaries()
        .map(({ idstr, instance, perChannel, complete }) => [idstr, instance, perChannel, complete]),
    ).toEqual([
      ['dev', 0, { a: 1, b: 1 }, true],
      ['dev', 1, { b: 1 }, true],
      ['other', 0, { b: 1 }, true],
    ]);
  });
});
