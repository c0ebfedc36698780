/** Packet captures from a file to the channels of a migration: real ones, real ones in other clothes, and built ones. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openPcap as openPcapOf } from '../../../src/container/pcap/pcap-wrapper.js';
import { unwrap } from '../../../src/container/wrappers.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { InputError } from '../../../src/finding.js';
import { noise, randomNumbers } from '../../build/bytes.js';
import { type BuiltPacket, Conversation, FIN, ACK, LINKS, pcap, pcapng, SYN } from '../../build/packets.js';
import { initialPacket } from '../../build/multifd.js';
import { fixturePath, readFixture } from '../../fixtures.js';
import { contents, openPcap } from './harness.js';

const MAIN = readFixture('microvm-7.2');
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** What a recorder between source and destination wrote of the same migrations: bytes and the beginning of their SHA-256. */
const REAL: Record<string, Record<string, readonly [bytes: number, sha256: string]>> = {
  '11.1-x86_64-vfio-multifd-2-guest': {
    'channel-01.bin': [9288612, 'f713a42c006c5ef1'],
    'channel-02.bin': [9068608, 'c6a83332b1a370a2'],
    'main.bin': [110874, 'fb12c9e0cac7bee3'],
    'return-path.bin': [16, '7c790213d7d210e4'],
  },
  '11.1-aarch64-precopy-tcp': {
    'main.bin': [29912432, '32bab1ae0d25afe4'],
  },
};

const readPackets = (name: string): Buffer =>
  brotliDecompressSync(readFileSync(fixturePath(`packets/${name}.pcap.br`)));

describe.each(Object.entries(REAL))('the packet capture of %s', (name, channels) => {
  it('holds what the recorder wrote, byte for byte', async () => {
    const inside = await openPcap(readPackets(name));
    expect(inside.channels.map((channel) => channel.name).sort()).toEqual(Object.keys(channels).sort());
    for (const [file, [length, sha256]] of Object.entries(channels)) {
      const { bytes, faults } = await contents(inside, file);
      expect([file, bytes.length, hash(bytes), faults]).toEqual([file, length, sha256, []]);
    }
    expect(inside.notes).toEqual([]);
    let [arrived, before] = [0, 0];
    for await (const { length, time } of inside.arrivals!()) {
      arrived += length;
      expect(time).toBeGreaterThanOrEqual(before);
      before = time!;
    }
    expect(arrived).toBe(inside.channels.reduce((sum, { bytes }) => sum + bytes, 0));
    inside.close();
  });
});

/** The packets of a real pcap file on Ethernet. */
function packetsOf(file: Buffer): BuiltPacket[] {
  const packets: BuiltPacket[] = [];
  for (let at = 24; at < file.length;) {
    const captured = file.readUInt32LE(at + 8);
    const time = file.readUInt32LE(at) + file.readUInt32LE(at + 4) / 1e6;
    packets.push({ bytes: file.subarray(at + 16, at + 16 + captured), time });
    at += 16 + captured;
  }
  return packets;
}

describe('a real packet capture', () => {
  const name = '11.1-x86_64-vfio-multifd-2-guest';
  const packets = packetsOf(readPackets(name));
  const expectWhole = async (file: Buffer): Promise<void> => {
    const inside = await openPcap(file);
    for (const [channel, [length, sha256]] of Object.entries(REAL[name]!)) {
      const { bytes } = await contents(inside, channel);
      expect([channel, bytes.length, hash(bytes)]).toEqual([channel, length, sha256]);
    }
  };

  it('says the same as pcapng', async () => {
    const build = pcapng(false);
    const blocks = packets.map((packet) => build.enhanced(packet, BigInt(Math.round(packet.time! * 1e6))));
    await expectWhole(Buffer.concat([build.section(), build.interface({ linkType: 1 }), ...blocks]));
  });

  it('says the same on a cooked link, with packets twice and in disorder', async () => {
    const { type, wrap } = LINKS['Linux cooked v2']!;
    const numbers = randomNumbers(3);
    const random = (): number => numbers() / 2 ** 32;
    const cooked = packets.map(({ bytes, ...packet }) => ({ ...packet, bytes: wrap(bytes.subarray(14)) }));
    // As when "any" sees a packet on two interfaces, and several processors capture.
    const twice = cooked.flatMap((packet, i) => (i % 3 === 0 ? [packet, packet] : [packet]));
    const place = twice.map((packet, i) => [packet, i + 4 * random()] as const);
    await expectWhole(
      pcap(
        place.sort(([, a], [, b]) => a - b).map(([packet]) => packet),
        { linkType: type },
      ),
    );
  });

  it('with its headers alone has channels that end where they begin to be missing', async () => {
    const cut = packets.map(({ bytes }) => ({ bytes: bytes.subarray(0, 96), original: bytes.length }));
    const inside = await openPcap(pcap(cut));
    const { bytes, faults } = await contents(inside, 'main.bin');
    expect(bytes.length).toBeLessThan(200);
    expect(faults).toMatchObject([{ rule: 'pcap-hole', offset: bytes.length }]);
    expect(faults[0]!.message).toMatch(
      /^\d+ bytes of packet \d+ were not kept by the capture; the channel ends here, since \d+ of 110874 bytes are missing$/,
    );
  });
});

const whole = (): Conversation => new Conversation([1000, 4444]).open().send(MAIN).close();
const other = (): Conversation => new Conversation([2000, 80]).open().send(Buffer.from('GET / HTTP/1.1'.padEnd(100)));

async function expectMain(packets: readonly BuiltPacket[]): Promise<void> {
  const { bytes, faults } = await contents(await openPcap(pcap(packets)), 'main.bin');
  expect([bytes.length, bytes.equals(MAIN), faults]).toEqual([MAIN.length, true, []]);
}

describe('a built packet capture', () => {
  it.each(Object.entries(LINKS).filter(([link]) => link !== 'Ethernet'))('on %s', async (_link, { type, wrap }) => {
    const packets = whole().packets.map(({ bytes, ...packet }) => ({ ...packet, bytes: wrap(bytes.subarray(14)) }));
    const { bytes } = await contents(await openPcap(pcap(packets, { linkType: type })), 'main.bin');
    expect(bytes.equals(MAIN)).toBe(true);
  });

  it('with retransmissions, overlaps, keep-alives and packets out of order', async () => {
    const one = whole();
    const numbers = randomNumbers(11);
    const random = (): number => numbers() / 2 ** 32;
    const extra = Array.from({ length: 40 }, () => {
      const at = Math.floor(random() * (MAIN.length - 3000));
      const length = 1 + Math.floor(random() * 2900);
      return one.segment(at, MAIN.subarray(at, at + length));
    });
    const probe = [one.segment(one.sent - 1, MAIN.subarray(-1)), one.segment(one.sent, Buffer.alloc(0))];
    const packets = [
      ...one.packets.slice(0, 3),
      ...[...one.packets.slice(3, -2), ...extra]
        .map((packet, i) => [packet, (i % (one.packets.length - 5)) + 12 * random()] as const)
        .sort(([, a], [, b]) => a - b)
        .map(([packet]) => packet),
      ...probe,
      ...one.packets.slice(-2),
    ];
    await expectMain(packets);
  });

  it('with sequence numbers that wrap', async () => {
    const start = [2 ** 32 - 100_000, 2 ** 32 - 4] as const;
    const one = new Conversation([1000, 4444], { time: 0 }, start)
      .open()
      .send(MAIN)
      .reply(Buffer.from('0002000400000001', 'hex'))
      .close();
    await expectMain(one.packets);
  });

  it('with a SYN that is sent again, and with bytes', async () => {
    const one = whole();
    const [syn] = one.packets as [BuiltPacket];
    const early = one.segment(-1, MAIN.subarray(0, 100), SYN);
    await expectMain([syn, early, ...one.packets]);
  });

  it('of which a packet is missing has zeros there, and says so', async () => {
    const one = whole();
    const lost = one.packets.findIndex(({ bytes }) => bytes.length > 1000 && one.packets.indexOf({ bytes }) !== 3) + 20;
    const packets = one.packets.filter((_, i) => i !== lost);
    const inside = await openPcap(pcap(packets));
    const { bytes, faults } = await contents(inside, 'main.bin');
    expect(faults).toMatchObject([{ rule: 'pcap-hole', length: 1448 }]);
    const { offset, message } = faults[0]!;
    expect(message).toMatch(/^1448 bytes were not captured before packet \d+$/);
    const expected = Buffer.from(MAIN);
    expected.fill(0, offset, offset + 1448);
    expect(bytes.equals(expected)).toBe(true);
  });

  it('whose end is missing says how much', async () => {
    const one = whole();
    const packets = one.packets.filter(({ bytes }, i) => i < 100 || bytes.length < 100);
    const { notes, channels } = await openPcap(pcap(packets));
    const { bytes } = channels[0]!;
    expect(notes).toEqual([
      {
        rule: 'pcap-hole',
        channel: 'main.bin',
        message: `the other end acknowledged ${MAIN.length + 1 - bytes} bytes behind the end of what was captured of main.bin`,
        offset: bytes,
      },
    ]);
  });

  it('is read up to where it was cut, or damaged', async () => {
    const file = pcap(whole().packets);
    expect((await openPcap(file.subarray(0, -30))).notes).toEqual([
      {
        rule: 'pcap-cut',
        message: expect.stringMatching(/^the file ends inside packet \d+$/) as string,
        offset: expect.any(Number) as number,
      },
    ]);
    const damaged = Buffer.concat([file, Buffer.alloc(16, 0xff)]);
    expect((await openPcap(damaged)).notes).toMatchObject([{ rule: 'pcap-damaged', offset: file.length }]);
  });

  it('with fragments says that they are what is missing', async () => {
    const one = whole();
    const packets = one.packets.flatMap((packet, i) => {
      if (i !== 21) return [packet];
      const later = Buffer.from(packet.bytes);
      later.writeUInt16BE(0x0010, 14 + 6);
      const first = Buffer.from(packet.bytes.subarray(0, 1000));
      first.writeUInt16BE(1000 - 14, 14 + 2);
      first.writeUInt16BE(0x2000, 14 + 6);
      return [{ bytes: first }, { bytes: later }];
    });
    const inside = await openPcap(pcap(packets));
    expect(inside.notes).toEqual([
      { rule: 'pcap-fragments', message: '1 fragments of IP datagrams were not put together', offset: 0 },
    ]);
    expect((await contents(inside, 'main.bin')).faults.length).toBe(1);
  });

  it('names its channels as a recorder does, the empty ones too', async () => {
    const clock = { time: 0 };
    const main = new Conversation([1000, 4444], clock).open().send(MAIN).reply(Buffer.from('0002000400000001', 'hex'));
    const multifd = new Conversation([1001, 4444], clock).open().send(initialPacket({ id: 0 }));
    const preempt = new Conversation([1002, 4444], clock).open();
    const { channels, layers } = await openPcap(
      pcap([...other().packets, ...[main, multifd, preempt].flatMap(({ packets }) => packets)]),
    );
    expect(channels.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['main.bin', MAIN.length],
      ['return-path.bin', 8],
      ['channel-01.bin', 64],
      ['channel-02.bin', 0],
    ]);
    expect(layers).toEqual([
      expect.stringMatching(/^pcap \(10\.0\.0\.1:1000 to 10\.0\.0\.2:4444, \d+ packets, 1 other connections\)$/),
    ]);
  });

  it('is read from a pipe too', async () => {
    const file = pcap(whole().packets);
    const pipe = new MemorySource(file, 'standard input', { seekable: false, chunk: 10_000 });
    const inside = await unwrap(pipe);
    expect(inside).toMatchObject({ channels: [{ name: 'main.bin', bytes: MAIN.length }] });
  });
});

describe('a choice of migrations', () => {
  const clock = { time: 0 };
  const file = pcap(
    [4444, 5555].flatMap((port) => new Conversation([1000, port], clock).open().send(MAIN.subarray(0, port)).packets),
  );

  it('is asked for', async () => {
    const error: unknown = await openPcap(file).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).message).toBe('x.pcap has 2 migrations');
    expect((error as InputError).hint).toMatch(
      /^name one of them:\n {4}x\.pcap#1 {2}10\.0\.0\.1:1000 to 10\.0\.0\.2:4444, .*\n {4}x\.pcap#2 {2}/,
    );
  });

  it('is taken', async () => {
    const inside = await openPcap(file, '2');
    expect(inside.channels).toMatchObject([{ name: 'main.bin', bytes: 5555 }]);
    expect(inside.layers[0]).toContain('(migration 2, ');
    for (const part of ['3', '0', 'x', '1.5'])
      await expect(openPcap(file, part)).rejects.toThrow(`x.pcap has no migration ${part}`);
  });
});

describe('a packet capture without a migration', () => {
  it.each([
    [
      'of other things',
      pcap(other().packets),
      /without a migration: 1 TCP connections, of which none begins as a channel does/,
    ],
    [
      'encrypted with TLS',
      pcap(new Conversation([1, 2]).open().send(Buffer.from('160301'.padEnd(200, '0'), 'hex')).packets),
      /of which 1 is encrypted with TLS/,
    ],
    [
      'of a link type that is not known',
      pcap([{ bytes: Buffer.alloc(100) }], { linkType: 127 }),
      /of link type 127, which is not known/,
    ],
    ['without TCP', pcap([{ bytes: Buffer.alloc(100) }]), /a packet capture without TCP: 1 packets/],
    ['of nothing', pcap([]), /a packet capture without TCP: 0 packets/],
    [
      'that is none',
      Buffer.concat([Buffer.from('0a0d0d0a', 'hex'), noise(60)]),
      /begins as a packet capture does, and is none/,
    ],
  ])('%s says so', async (_name, file, message) => {
    await expect(openPcap(file)).rejects.toThrow(message);
    await expect(openPcap(file)).rejects.toThrow(InputError);
  });

  it('leaves no file open that a pipe was copied into', async () => {
    let closed = 0;
    const source = new MemorySource(pcap([]), 'x.pcap', { seekable: false });
    const pipe = { name: 'x.pcap', read: (into: Uint8Array) => source.read(into), close: () => void closed++ };
    const open = (): number => readdirSync('/dev/fd').length;
    const before = open();
    await expect(openPcapOf(pipe, {})).rejects.toThrow(/without TCP/);
    expect(open()).toBe(before);
    expect(closed).toBe(1);
  });

  it('of a migration that ran already is recognised as none', async () => {
    const late = new Conversation([1000, 4444]).send(MAIN.subarray(50_000, 90_000)).packets;
    await expect(
      openPcap(pcap([...late, ...new Conversation([1, 2]).open().send(Buffer.alloc(0), FIN | ACK).packets])),
    ).rejects.toThrow(/without a migration/);
  });
});
