import { describe, expect, it } from 'vitest';
import { pcap } from '../../build/packets.js';
import { packetsOf, windowOf } from './harness.js';
import { openPackets } from '../../../src/container/pcap/index-packets.js';

const BYTES = [Buffer.from('first'), Buffer.from('second one')];

describe.each([
  ['microseconds, little-endian', { littleEndian: true, nanoseconds: false }],
  ['microseconds, big-endian', { littleEndian: false, nanoseconds: false }],
  ['nanoseconds, little-endian', { littleEndian: true, nanoseconds: true }],
  ['nanoseconds, big-endian', { littleEndian: false, nanoseconds: true }],
])('a pcap file with %s', (_name, options) => {
  it('has its packets, with times from the first on', () => {
    const file = pcap(
      [
        { bytes: BYTES[0]!, time: 1_700_000_000.25 },
        { bytes: BYTES[1]!, time: 1_700_000_001.75, original: 2000 },
      ],
      { ...options, linkType: 113 },
    );
    const { packets, reader } = packetsOf(file);
    expect(reader.format).toBe('pcap');
    expect(reader.fault).toBeUndefined();
    expect(packets).toEqual([
      { number: 1, time: 0, linkType: 113, original: 5, data: BYTES[0]!.toString('hex') },
      { number: 2, time: 1.5, linkType: 113, original: 2000, data: BYTES[1]!.toString('hex') },
    ]);
  });
});

describe('a pcap file', () => {
  const whole = pcap(BYTES.map((bytes) => ({ bytes })));

  it('that was cut inside a packet is read up to there', () => {
    const { packets, reader } = packetsOf(whole.subarray(0, -1));
    expect(packets.length).toBe(1);
    expect(reader.fault).toEqual({ kind: 'truncated', message: 'the file ends inside packet 2', offset: 45 });
  });

  it('that was cut inside a header is read up to there', () => {
    const { packets, reader } = packetsOf(whole.subarray(0, 50));
    expect(packets.length).toBe(1);
    expect(reader.fault).toEqual({
      kind: 'truncated',
      message: 'the file ends inside the header of packet 2',
      offset: 45,
    });
  });

  it('with an absurd length is read up to there', () => {
    const damaged = Buffer.from(whole);
    damaged.writeUInt32LE(0x7fff_ffff, 45 + 8);
    const { packets, reader } = packetsOf(damaged);
    expect(packets.length).toBe(1);
    expect(reader.fault).toEqual({
      kind: 'damaged',
      message: 'packet 2 has a length of 0x7fffffff bytes',
      offset: 45,
    });
  });

  it('of nothing but a header has no packets', () => {
    expect(packetsOf(pcap([])).packets).toEqual([]);
  });

  it('is not what begins otherwise', () => {
    expect(openPackets(windowOf(Buffer.from('QEVM and more than twenty-four bytes')))).toBeUndefined();
    expect(openPackets(windowOf(whole.subarray(0, 20)))).toBeUndefined();
  });
});
