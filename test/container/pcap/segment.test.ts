import { describe, expect, it } from 'vitest';
import {
  FLAG_ACK,
  FLAG_SYN,
  LATER_FRAGMENT,
  OTHER_PACKET,
  Segment,
  TCP_SEGMENT,
  UNKNOWN_LINK,
} from '../../../src/container/pcap/segment.js';
import { type BuiltSegment, ipv4, ipv6, LINKS } from '../../build/packets.js';
import { windowOf } from './harness.js';

const PAYLOAD = Buffer.from('what is sent');
const SEGMENT: BuiltSegment = {
  sourcePort: 4444,
  destinationPort: 5555,
  sequence: 0xfffffff0,
  acknowledged: 77,
  flags: FLAG_ACK | FLAG_SYN,
  payload: PAYLOAD,
};

/** Reads one packet, of which `captured` bytes were kept. */
function read(bytes: Buffer, linkType: number, captured = bytes.length, original = bytes.length) {
  const segment = new Segment();
  const file = Buffer.concat([Buffer.from('a file header'), bytes.subarray(0, captured)]);
  const window = windowOf(file);
  const packet = { number: 1, start: 13, captured, original, linkType, time: 0 };
  const kind = segment.read(window, packet);
  const payload = file.subarray(segment.payload, segment.payload + segment.captured).toString();
  const end = (at: number): string => window.buffer.subarray(at, at + segment.addressSize).toString('hex');
  return { kind, segment, payload, source: end(segment.source), destination: end(segment.destination) };
}

describe.each(Object.entries(LINKS))('a segment on %s', (_name, { type, wrap }) => {
  it.each([
    ['IPv4', ipv4(SEGMENT), '0a000001', '0a000002'],
    ['IPv6', ipv6(SEGMENT), 'fd000000000000000000000000000001', 'fd000000000000000000000000000002'],
  ])('in %s is found', (_version, ip, source, destination) => {
    const found = read(wrap(ip), type);
    expect(found).toMatchObject({ kind: TCP_SEGMENT, source, destination, payload: PAYLOAD.toString() });
    expect(found.segment).toMatchObject({
      sourcePort: 4444,
      destinationPort: 5555,
      sequence: 0xfffffff0,
      acknowledged: 77,
      flags: FLAG_ACK | FLAG_SYN,
      length: PAYLOAD.length,
    });
  });
});

const ethernet = LINKS.Ethernet!.wrap;

describe('the payload', () => {
  it.each([
    ['IPv4', ipv4(SEGMENT, { length: 0 })],
    ['IPv6', ipv6(SEGMENT, { length: 0 })],
  ])('ends with the packet where %s gives no length', (_name, ip) => {
    expect(read(ethernet(ip), 1).payload).toBe(PAYLOAD.toString());
  });

  it('that was cut by the capture has its whole length', () => {
    const bytes = ethernet(ipv4(SEGMENT));
    const { segment, payload } = read(bytes, 1, bytes.length - 5);
    expect(segment).toMatchObject({ length: 12, captured: 7 });
    expect(payload).toBe('what is');
  });

  it('of which nothing was kept is there all the same', () => {
    const bytes = ethernet(ipv4(SEGMENT));
    expect(read(bytes, 1, bytes.length - PAYLOAD.length).segment).toMatchObject({ length: 12, captured: 0 });
  });
});

describe('extension headers of IPv6', () => {
  const header = (length: number): Buffer =>
    Buffer.concat([Buffer.from([0, length / 8 - 1]), Buffer.alloc(length - 2)]);

  it('are stepped over', () => {
    const authentication = Buffer.alloc(24);
    authentication[1] = 4;
    const ip = ipv6(SEGMENT, {
      extensions: [
        [0, header(8)],
        [60, header(16)],
        [43, header(24)],
        [51, authentication],
        [44, Buffer.alloc(8)],
      ],
    });
    expect(read(ethernet(ip), 1)).toMatchObject({ kind: TCP_SEGMENT, payload: PAYLOAD.toString() });
  });

  it('that lead out of the packet lead nowhere', () => {
    const far = Buffer.alloc(8);
    far[1] = 255;
    expect(read(ethernet(ipv6(SEGMENT, { extensions: [[0, far]] })), 1).kind).toBe(OTHER_PACKET);
  });

  it('of a later fragment are its end', () => {
    const fragment = Buffer.alloc(8);
    fragment.writeUInt16BE(0x0100, 2);
    expect(read(ethernet(ipv6(SEGMENT, { extensions: [[44, fragment]] })), 1).kind).toBe(LATER_FRAGMENT);
    const udp = ipv6(SEGMENT, { extensions: [[44, fragment]], protocol: 17 });
    expect(read(ethernet(udp), 1).kind).toBe(OTHER_PACKET);
  });
});

describe('what is no segment', () => {
  it.each([
    ['a datagram of another protocol', ethernet(ipv4(SEGMENT, { protocol: 17 }))],
    ['the same of IPv6', ethernet(ipv6(SEGMENT, { protocol: 17 }))],
    ['a frame of another type', Buffer.concat([Buffer.alloc(12), Buffer.from('0806', 'hex'), Buffer.alloc(40)])],
    ['a frame that ends in its VLAN tag', Buffer.concat([Buffer.alloc(12), Buffer.from('81000001', 'hex')])],
    ['a datagram longer than its packet', ethernet(ipv4(SEGMENT, { length: 4000 }))],
    ['an empty packet', Buffer.alloc(0)],
  ])('is %s', (_name, bytes) => {
    expect(read(bytes, 1).kind).toBe(OTHER_PACKET);
  });

  it('is a TCP header whose length is too small, or beyond the datagram', () => {
    for (const words of [4, 15]) {
      const bytes = ethernet(ipv4({ ...SEGMENT, payload: Buffer.alloc(0) }));
      bytes[14 + 20 + 12] = words << 4;
      expect(read(bytes, 1).kind).toBe(OTHER_PACKET);
    }
  });

  it('is one whose headers were cut', () => {
    const bytes = ethernet(ipv4(SEGMENT));
    for (let captured = 0; captured < 14 + 20 + 20; captured++)
      expect([captured, read(bytes, 1, captured).kind]).toEqual([captured, OTHER_PACKET]);
  });

  it('is a later fragment of IPv4, and is told apart', () => {
    expect(read(ethernet(ipv4(SEGMENT, { fragment: 0x2001 })), 1).kind).toBe(LATER_FRAGMENT);
    expect(read(ethernet(ipv4(SEGMENT, { fragment: 0x2000 })), 1).kind).toBe(TCP_SEGMENT);
  });

  it('is anything on a link that is not known', () => {
    expect(read(ethernet(ipv4(SEGMENT)), 127).kind).toBe(UNKNOWN_LINK);
  });
});
