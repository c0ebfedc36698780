import { describe, expect, it } from 'vitest';
import { Connection, endpointText, isRole } from '../../../src/container/pcap/connection.js';
import { Overflow } from '../../../src/container/pcap/record-log.js';
import { FLAG_ACK, FLAG_FIN, FLAG_RST, FLAG_SYN, Segment } from '../../../src/container/pcap/segment.js';
import { sourceOf } from './harness.js';

const FILE = Buffer.alloc(1000);
FILE.write('QEVM', 100);
FILE.write('GET / HTTP/1.1', 300);

const END = { address: Uint8Array.from([10, 0, 0, 1]), port: 1 };
const make = (): Connection => new Connection(0, [END, { ...END, port: 2 }], 0, 1, 0, new Overflow());
const segment = (fields: Partial<Segment>): Segment =>
  Object.assign(new Segment(), { captured: fields.length ?? 0 }, fields);

describe('an end of a connection', () => {
  it.each([
    [[10, 0, 0, 255], '10.0.0.255:80'],
    [[0xfd, ...Array<number>(14).fill(0), 1], '[fd00::1]:80'],
    [Array.from({ length: 16 }, (_, i) => i), '[1:203:405:607:809:a0b:c0d:e0f]:80'],
  ])('is written as people write it', (bytes, text) => {
    expect(endpointText({ address: Uint8Array.from(bytes), port: 80 })).toBe(text);
  });
});

describe('a connection', () => {
  it('begins behind the SYN of each side, and knows who opened it', () => {
    const connection = make();
    connection.take(segment({ flags: FLAG_SYN, sequence: 99 }), 1, 1);
    connection.take(segment({ flags: FLAG_SYN | FLAG_ACK, sequence: 499, acknowledged: 100 }), 0, 2);
    expect(connection.opener).toBe(1);
    connection.take(segment({ flags: FLAG_ACK, sequence: 100, acknowledged: 500, length: 7 }), 1, 3);
    connection.take(segment({ flags: FLAG_ACK, sequence: 500, acknowledged: 107, length: 9 }), 0, 4);
    expect(connection.streams.map(({ length }) => length)).toEqual([9, 7]);
    expect(connection.streams[1].acknowledged).toBe(7);
  });

  it('that was opened earlier begins with the lowest number that is seen', () => {
    const connection = make();
    connection.take(segment({ flags: FLAG_ACK, sequence: 700, acknowledged: 300 }), 0, 1);
    connection.take(segment({ flags: FLAG_ACK, sequence: 310, acknowledged: 700, length: 5 }), 1, 2);
    connection.take(segment({ flags: FLAG_ACK, sequence: 300, acknowledged: 700, length: 10 }), 1, 3);
    for (const stream of connection.streams) stream.finish();
    expect(connection.streams.map(({ length, missing }) => [length, missing])).toEqual([
      [0, 0],
      [15, 0],
    ]);
    expect(connection.opener).toBeUndefined();
  });

  it('whose SYN comes late is placed by it, the other side by what it acknowledges', () => {
    for (const late of [
      { flags: FLAG_SYN, sequence: 299, side: 1 },
      { flags: FLAG_SYN | FLAG_ACK, sequence: 699, acknowledged: 300, side: 0 },
    ] as const) {
      const connection = make();
      connection.take(segment({ flags: FLAG_ACK, sequence: 310, acknowledged: 700, length: 5 }), 1, 1);
      const { side, ...fields } = late;
      connection.take(segment(fields), side, 2);
      connection.take(segment({ flags: FLAG_ACK, sequence: 300, acknowledged: 700, length: 10 }), 1, 3);
      expect([connection.opener, connection.streams[1].length]).toEqual([1, 15]);
    }
  });

  it('is closed by a FIN and by a RST', () => {
    for (const flag of [FLAG_FIN, FLAG_RST]) {
      const connection = make();
      expect(connection.mayMatter()).toBe(true);
      connection.take(segment({ flags: FLAG_ACK | flag, sequence: 1 }), 0, 1);
      connection.take(segment({ flags: FLAG_ACK | flag, sequence: 1 }), 1, 2);
      expect(connection.mayMatter()).toBe(false);
    }
  });

  it('gives way to a new one between the same ends, but not to its own SYN seen twice', () => {
    const connection = make();
    const syn = segment({ flags: FLAG_SYN, sequence: 99 });
    expect(connection.isReplacedBy(syn, 0)).toBe(false);
    connection.take(syn, 0, 1);
    connection.take(segment({ flags: FLAG_ACK, sequence: 100, length: 10 }), 0, 2);
    expect(connection.isReplacedBy(syn, 0)).toBe(false);
    expect(connection.isReplacedBy(segment({ flags: FLAG_SYN | FLAG_ACK, sequence: 5 }), 0)).toBe(false);
    expect(connection.isReplacedBy(segment({ flags: FLAG_SYN, sequence: 5 }), 0)).toBe(true);
  });

  it('is known by what its opener says first', () => {
    const file = sourceOf(FILE);
    const channel = make();
    channel.take(segment({ flags: FLAG_SYN, sequence: 0 }), 0, 1);
    channel.take(segment({ sequence: 1, length: 64, payload: 100 }), 0, 2);
    channel.recognise(0, file);
    expect([isRole(channel.first[0]), channel.other]).toEqual([true, false]);
    const web = make();
    web.take(segment({ flags: FLAG_SYN, sequence: 0 }), 0, 1);
    web.take(segment({ sequence: 1, length: 64, payload: 300 }), 0, 2);
    web.recognise(1, file);
    expect(web.other).toBe(false);
    web.recognise(0, file);
    expect([web.first[0], web.other, web.streams[0].pieces.length]).toEqual(['nothing known', true, 0]);
  });

  it('whose opener is not known is something else when neither side is known', () => {
    const file = sourceOf(FILE);
    const connection = make();
    connection.take(segment({ sequence: 1, length: 64, payload: 300 }), 0, 1);
    connection.take(segment({ sequence: 1, length: 64, payload: 300 }), 1, 2);
    for (const stream of connection.streams) stream.finish();
    connection.recognise(0, file);
    expect(connection.other).toBe(false);
    connection.recognise(1, file);
    expect(connection.other).toBe(true);
  });
});
