import { describe, expect, it } from 'vitest';
import { Overflow, RecordLog } from '../../../src/container/pcap/record-log.js';

const COUNT = 20_000;

describe.each([
  ['in memory', 64 << 20],
  ['beyond the bound', 0],
  ['partly beyond it', 200_000],
])('a log of records %s', (_name, bound) => {
  it('gives them back, in order and out of order', () => {
    const log = new RecordLog(3, new Overflow(bound));
    for (let i = 0; i < COUNT; i++) log.push(10 * i, -i, i / 2);
    expect(log.length).toBe(COUNT);
    const reader = log.reader();
    for (const i of [0, 1, 15, 16, 63, 64, 4095, 4096, 8191, 8192, COUNT - 1, 5000, 3]) {
      expect([reader.get(i, 0), reader.get(i, 1), reader.get(i, 2)]).toEqual([10 * i, -i, i / 2]);
    }
  });

  it('finds the last one that is not greater', () => {
    const log = new RecordLog(2, new Overflow(bound));
    for (let i = 0; i < COUNT; i++) log.push(10 * i, i);
    const reader = log.reader();
    expect([-1, 0, 9, 10, 40_959, 40_960, 10 * COUNT].map((value) => reader.find(value))).toEqual([
      -1,
      0,
      0,
      1,
      4095,
      4096,
      COUNT - 1,
    ]);
  });
});

describe('a log of records', () => {
  it('keeps records of four numbers', () => {
    const log = new RecordLog(4, new Overflow());
    log.push(1, 2, 3, 4);
    const reader = log.reader();
    expect([0, 1, 2, 3].map((field) => reader.get(0, field))).toEqual([1, 2, 3, 4]);
    expect(new RecordLog(2, new Overflow()).reader().find(5)).toBe(-1);
  });

  it('makes room for others when it is cleared', () => {
    const overflow = new Overflow(2 * 4096 * 16);
    const fill = (): RecordLog => {
      const log = new RecordLog(2, overflow);
      for (let i = 0; i < 2 * 4096 + 1; i++) log.push(i, i);
      return log;
    };
    const first = fill();
    first.clear();
    expect(first.length).toBe(0);
    const second = fill();
    expect(second.reader().get(4096, 0)).toBe(4096);
    // Had the first one not made room, this would lie in the file.
    expect(second.block(0, new Float64Array(0))[10]).toBe(5);
  });
});
