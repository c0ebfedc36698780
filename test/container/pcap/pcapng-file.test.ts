import { describe, expect, it } from 'vitest';
import { pcapng } from '../../build/packets.js';
import { packetsOf, windowOf } from './harness.js';
import { openPackets } from '../../../src/container/pcap/index-packets.js';

const FIRST = { bytes: Buffer.from('first') };
const SECOND = { bytes: Buffer.from('second one') };

describe.each([
  ['little-endian', true],
  ['big-endian', false],
])('a pcapng file, %s', (_name, littleEndian) => {
  const build = pcapng(littleEndian);

  it('has packets in all kinds of blocks, and steps over the others', () => {
    const { packets, reader } = packetsOf(
      Buffer.concat([
        build.section(),
        build.interface({ linkType: 1 }),
        build.interface({ linkType: 101 }),
        build.enhanced(FIRST, 1_700_000_000_250_000n),
        build.block(4, Buffer.from('name resolution')),
        build.enhanced({ ...SECOND, interface: 1, original: 99 }, 1_700_000_000_500_000n),
        build.obsolete(FIRST, 1_700_000_001_250_000n),
        build.simple(SECOND),
      ]),
    );
    expect(reader.format).toBe('pcapng');
    expect(reader.fault).toBeUndefined();
    expect(
      packets.map(({ number, time, linkType, original, data }) => [number, time, linkType, original, data]),
    ).toEqual([
      [1, 0, 1, 5, FIRST.bytes.toString('hex')],
      [2, 0.25, 101, 99, SECOND.bytes.toString('hex')],
      [3, 1, 1, 5, FIRST.bytes.toString('hex')],
      // A simple packet has no time of its own.
      [4, 1, 1, 10, SECOND.bytes.toString('hex')],
    ]);
  });

  it('takes the units and the offset of timestamps from the interface', () => {
    const { packets } = packetsOf(
      Buffer.concat([
        build.section(),
        build.interface({ linkType: 1, tsresol: 9 }),
        build.interface({ linkType: 1, tsresol: 0x80 | 10, tsoffset: 1_700_000_000n }),
        build.enhanced(FIRST, 1_700_000_000_000_000_001n),
        build.enhanced(FIRST, 1_700_000_000_000_000_901n),
        build.enhanced({ ...FIRST, interface: 1 }, 512n),
      ]),
    );
    expect(packets[1]!.time).toBeCloseTo(900e-9, 12);
    expect(packets[2]!.time).toBeCloseTo(0.5, 3);
  });

  it('cuts simple packets where the interface does', () => {
    const { packets } = packetsOf(
      Buffer.concat([
        build.section(),
        build.interface({ linkType: 1, snaplen: 4 }),
        build.simple({ ...SECOND, original: 10 }),
      ]),
    );
    expect(packets).toMatchObject([{ data: Buffer.from('seco').toString('hex'), original: 10 }]);
  });

  it('begins anew with each section, in whatever byte order', () => {
    const other = pcapng(!littleEndian);
    const { packets } = packetsOf(
      Buffer.concat([
        build.section(),
        build.interface({ linkType: 1 }),
        build.enhanced(FIRST),
        other.section(),
        other.interface({ linkType: 113 }),
        other.enhanced(SECOND),
      ]),
    );
    expect(packets.map(({ linkType }) => linkType)).toEqual([1, 113]);
  });
});

describe('a damaged pcapng file', () => {
  const { section, interface: describeInterface, enhanced, block } = pcapng();
  const start = Buffer.concat([section(), describeInterface({ linkType: 1 })]);
  const broken = (tail: Buffer): ReturnType<typeof packetsOf> =>
    packetsOf(Buffer.concat([start, enhanced(FIRST), tail]));

  it.each([
    ['ends inside the header of a block', Buffer.alloc(5), 'truncated', /the file ends inside the header of a block/],
    [
      'ends inside a block',
      enhanced(SECOND).subarray(0, -4),
      'truncated',
      /the file ends inside a block behind packet 1/,
    ],
    ['has a block of no size', Buffer.alloc(12), 'damaged', /a block of type 0x0 has a length of 0x0 bytes/],
    [
      'has a packet of an interface that is not there',
      enhanced({ ...FIRST, interface: 7 }),
      'damaged',
      /is of interface 7, which is not there/,
    ],
    ['has a packet block without a packet', block(6, Buffer.alloc(4)), 'damaged', /a block of 0x4 bytes is no packet/],
    ['has a simple packet without a length', block(3), 'damaged', /a block of 0x0 bytes is no packet/],
    ['has an interface that says nothing', block(1, Buffer.alloc(4)), 'damaged', /interface 1 cannot be read/],
  ])('that %s is read up to there', (_name, tail, kind, message) => {
    const { packets, reader } = broken(tail);
    expect(packets.length).toBe(1);
    expect(reader.fault).toMatchObject({ kind, message: expect.stringMatching(message) as string });
  });

  it('whose packet is longer than its block is read up to there', () => {
    const tail = enhanced(SECOND);
    tail.writeUInt32LE(500, 20);
    expect(broken(tail).reader.fault).toMatchObject({
      kind: 'damaged',
      message: 'packet 2 has a length of 0x1f4 bytes',
    });
  });

  it('whose next section has no byte order is read up to there', () => {
    const tail = section();
    tail.writeUInt32LE(0, 8);
    expect(broken(tail).reader.fault).toMatchObject({
      kind: 'damaged',
      message: 'a section has the byte order mark 0x0',
    });
  });

  it('without a byte order is no pcapng file', () => {
    const none = section();
    none.writeUInt32LE(0, 8);
    expect(openPackets(windowOf(none))).toBeUndefined();
  });
});
