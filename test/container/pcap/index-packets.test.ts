import { describe, expect, it } from 'vitest';
import { indexPackets } from '../../../src/container/pcap/index-packets.js';
import { ACK, Conversation, ipv4, LINKS, pcap } from '../../build/packets.js';
import { indexOf, sourceOf } from './harness.js';

const MAIN = Buffer.concat([Buffer.from('QEVM'), Buffer.alloc(200_000)]);
const segment = { sourcePort: 1, destinationPort: 2, sequence: 0, flags: ACK, payload: Buffer.alloc(10) };

describe('the index of a packet capture', () => {
  it('counts what is in it', async () => {
    const conversation = new Conversation([1000, 4444]).open().send(Buffer.from('QEVM'));
    const index = await indexOf(
      pcap([
        ...conversation.packets,
        { bytes: LINKS.Ethernet!.wrap(ipv4(segment, { fragment: 0x2005 })) },
        { bytes: LINKS.Ethernet!.wrap(ipv4(segment, { protocol: 17 })) },
        { bytes: Buffer.alloc(60) },
      ]),
    );
    expect(index).toMatchObject({ format: 'pcap', packets: 8, segments: 5, fragments: 1 });
    expect(index.unknownLinks.size).toBe(0);
    expect(index.connections.seen).toBe(1);
    expect(index).not.toHaveProperty('fault');
  });

  it('names link types that are not known', async () => {
    const index = await indexOf(pcap([{ bytes: Buffer.alloc(60) }, { bytes: Buffer.alloc(60) }], { linkType: 127 }));
    expect([...index.unknownLinks]).toEqual([[127, 2]]);
  });

  it('has the order of arrival, with what one stream says in a row joined', async () => {
    const clock = { time: 0 };
    const one = new Conversation([1000, 4444], clock).open();
    const two = new Conversation([1001, 4444], clock).open();
    one.send(MAIN.subarray(0, 3000), 1000);
    const after = one.packets.length;
    two.send(Buffer.from([0x11, 0x22, 0x33, 0x44]));
    one.send(MAIN.subarray(3000, 4000), 1000);
    const packets = [...one.packets.slice(0, after), ...two.packets, ...one.packets.slice(after)];
    const { timeline } = await indexOf(pcap(packets));
    const reader = timeline.reader();
    const runs = Array.from({ length: timeline.length }, (_, i) => [0, 1, 2].map((field) => reader.get(i, field)));
    expect(runs).toEqual([
      [0, 0, 3000],
      [2, 0, 4],
      [0, 3000, 1000],
    ]);
    expect(reader.get(2, 3)).toBeGreaterThan(reader.get(1, 3));
  });

  it('ends a run after some bytes or some time', async () => {
    const { timeline } = await indexOf(pcap(new Conversation([1000, 4444]).open().send(MAIN).packets));
    const reader = timeline.reader();
    const runs = Array.from({ length: timeline.length }, (_, i) => [reader.get(i, 2), reader.get(i, 3)] as const);
    expect(runs.reduce((sum, [length]) => sum + length, 0)).toBe(MAIN.length);
    for (const [length] of runs) expect(length).toBeLessThan((1 << 16) + 1448);
    expect(runs.length).toBeGreaterThan(5);
  });

  it('gives what waited for a lost packet when the file ends', async () => {
    const conversation = new Conversation([1000, 4444]).open().send(MAIN.subarray(0, 5000), 1000);
    conversation.packets.splice(5, 1);
    const index = await indexOf(pcap(conversation.packets));
    expect(index.connections.all[0]!.streams[0]).toMatchObject({ length: 5000, missing: 1000 });
    const reader = index.timeline.reader();
    const last = index.timeline.length - 1;
    expect(reader.get(last, 1) + reader.get(last, 2)).toBe(5000);
  });

  it('is none of a file that has no packets', async () => {
    expect(await indexPackets(sourceOf(Buffer.from('QEVM, and no packets at all in here')))).toBeUndefined();
  });
});
