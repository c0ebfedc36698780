import { describe, expect, it } from 'vitest';
import { ConnectionTable } from '../../../src/container/pcap/connection-table.js';
import { FLAG_ACK, FLAG_FIN, FLAG_SYN, Segment } from '../../../src/container/pcap/segment.js';
import { Overflow } from '../../../src/container/pcap/record-log.js';
import { windowOf } from './harness.js';

/** Addresses, four bytes each. */
const ADDRESSES = Buffer.alloc(64);
for (let i = 0; i < 16; i++) ADDRESSES.writeUInt32BE(0x0a000000 + i, 4 * i);

function makeTable(most?: number) {
  const window = windowOf(ADDRESSES);
  window.at(0, 64);
  const table = new ConnectionTable(window, new Overflow(), most);
  const find = (from: number, to: number, ports: readonly [number, number], more: Partial<Segment> = {}) => {
    const [sourcePort, destinationPort] = ports;
    const ends = { source: 4 * from, destination: 4 * to, addressSize: 4, sourcePort, destinationPort };
    return table.find(Object.assign(new Segment(), ends, more), 1, 0);
  };
  return { table, find };
}

describe('the table of connections', () => {
  it('knows a connection from both sides', () => {
    const { table, find } = makeTable();
    const first = find(1, 2, [1000, 80]);
    expect(table.side).toBe(0);
    expect(find(2, 1, [80, 1000])).toBe(first);
    expect(table.side).toBe(1);
    expect(find(1, 2, [1000, 80])).toBe(first);
    expect(table.side).toBe(0);
    expect(table.all).toEqual([first]);
  });

  it('tells connections apart that differ in one end', () => {
    const { table, find } = makeTable();
    const all = [
      find(1, 2, [1000, 80]),
      find(1, 2, [1001, 80]),
      find(1, 2, [1000, 81]),
      find(1, 3, [1000, 80]),
      find(3, 2, [1000, 80]),
    ];
    // The hash is the same for these two.
    all.push(find(2, 1, [1000, 80]));
    expect(new Set(all).size).toBe(6);
    expect(table.seen).toBe(6);
    expect(find(1, 3, [1000, 80])).toBe(all[3]);
    expect(find(2, 1, [1000, 80])).toBe(all[5]);
    const v6 = find(0, 4, [1000, 80], { addressSize: 16 });
    expect(all).not.toContain(v6);
    expect(find(0, 4, [1000, 80], { addressSize: 16 })).toBe(v6);
  });

  it('makes a new one when the ends are used again', () => {
    const { find } = makeTable();
    const first = find(1, 2, [1000, 80]);
    first.take(Object.assign(new Segment(), { flags: FLAG_SYN, sequence: 7 }), 0, 1);
    expect(find(1, 2, [1000, 80], { flags: FLAG_SYN, sequence: 7 })).toBe(first);
    const second = find(1, 2, [1000, 80], { flags: FLAG_SYN, sequence: 1_000_000 });
    expect(second).not.toBe(first);
    expect(find(2, 1, [80, 1000], { flags: FLAG_ACK })).toBe(second);
  });

  it('forgets what is something else when it is full', () => {
    const { table, find } = makeTable(100);
    const kept = find(1, 2, [1, 1]);
    for (let port = 2; port < 1000; port++) {
      const connection = find(1, 2, [port, 1]);
      if (port % 2 === 0) connection.other = true;
      else {
        for (const side of [0, 1] as const)
          connection.take(Object.assign(new Segment(), { flags: FLAG_FIN, length: 0 }), side, 1);
      }
    }
    expect(table.seen).toBe(999);
    expect(table.all.length).toBeLessThanOrEqual(100);
    expect(find(1, 2, [1, 1])).toBe(kept);
    expect(find(1, 2, [999, 1]).id).toBe(998);
  });

  it('is bounded even when all may matter', () => {
    const { table, find } = makeTable(100);
    for (let port = 0; port < 1000; port++) find(1, 2, [port, 1]);
    expect(table.all.length).toBeLessThanOrEqual(100);
    expect(table.all.at(-1)!.id).toBe(999);
  });
});
